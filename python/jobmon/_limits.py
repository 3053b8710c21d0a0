"""Numbers of the protocol that this package and the executable share (docs/protocol.md).

Each is a line NAME = NUMBER without an expression, so that a test can read it and compare it with the executable. A
name ends in the unit, seconds or bytes; the others are counts.
"""

# The time between two heartbeats of a running instance. The monitor calls it late after three missed ones.
HEARTBEAT_SECONDS = 30

# The time between two keep-alive lines of the monitor on a stream of events.
KEEP_ALIVE_SECONDS = 15

# The time without a request after which the monitor closes a connection.
IDLE_CONNECTION_SECONDS = 75

# The maximum number of events in one request.
EVENTS_PER_REQUEST = 10000

# The maximum size of the body of one request.
REQUEST_BYTES = 16777216

# The maximum number of rows of one query.
QUERY_ROWS = 100000

# The number of items on one page of a list (jobs, errors), by default.
LIST_PAGE = 1000

# The size at which a spool segment is closed.
SEGMENT_BYTES = 262144

# The age at which a spool segment is closed.
SEGMENT_SECONDS = 30

# The number of outermost frames that are kept of a traceback as structure.
TRACEBACK_FIRST_FRAMES = 30

# The number of innermost frames that are kept of it.
TRACEBACK_LAST_FRAMES = 70

# What is kept of the message of an exception. Here it is a number of characters.
TRACEBACK_MESSAGE_BYTES = 8192

# What is kept of the source line of a frame. Here it is a number of characters.
TRACEBACK_CODE_BYTES = 400

# The number of exceptions that are kept in a chain of causes.
TRACEBACK_CHAIN = 20

# The time that a monitor or queue may take to end.
STOP_SECONDS = 30
