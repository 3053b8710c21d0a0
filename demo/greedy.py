"""Is killed without a word, as the kernel does to a job that wants too much memory."""

import os
import signal

print("taking all the memory there is", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
