"""The numbers of the protocol (docs/protocol.md) that this package shares with the executable.

A line each, NAME = number without an expression, so that a test can read them and compare them with the executable's.
Seconds and bytes are named as such; what has neither in its name is a count.
"""

# Between two signs of life of an instance that runs. After three of them without one, the monitor calls it late.
HEARTBEAT_SECONDS = 30

# Between two signs of life of the monitor on a stream of events on which nothing happens.
KEEP_ALIVE_SECONDS = 15

# The monitor closes a connection on which there was no request for so long.
IDLE_CONNECTION_SECONDS = 75

# Events in one request, at most.
EVENTS_PER_REQUEST = 10000

# The body of one request, at most.
REQUEST_BYTES = 16777216

# Rows that one query brings, at most.
QUERY_ROWS = 100000

# Items on one page of a list (jobs, errors) where the request names no number.
LIST_PAGE = 1000

# A spool segment is closed at this size, or at this age, whichever comes first.
SEGMENT_BYTES = 262144
SEGMENT_SECONDS = 30

# Kept of a traceback as structure: the outermost and the innermost frames ...
TRACEBACK_FIRST_FRAMES = 30
TRACEBACK_LAST_FRAMES = 70

# ... the beginning of each message, and of the source line of each frame (here characters, there bytes) ...
TRACEBACK_MESSAGE_BYTES = 8192
TRACEBACK_CODE_BYTES = 400

# ... and as many exceptions that led to it, one behind the other.
TRACEBACK_CHAIN = 20

# A monitor or queue that was told to end may take so long.
STOP_SECONDS = 30
