// The functions of SHA-256 alone. What OpenSSL has in their place looks an algorithm up by its name, reads a
// configuration file and may load a library for it, which an executable without shared libraries can't, for one hash.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
