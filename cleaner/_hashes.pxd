"""How bytes and words are hashed in compiled loops: what `cleaner.features_hashes` does."""

from libc.stdint cimport int64_t, uint8_t, uint64_t

# Classes of bytes: places in `features_bytes.COUNTS`.
cdef enum:
    UPPER = 0
    LOWER = 1
    DIGIT = 2
    STOP = 5
    QUOTE = 6
    COLON = 7
    SEPARATOR = 9
    CLASSES = 12

cdef inline uint64_t BASE() noexcept nogil:
    return 0x9E3779B97F4A7C15


cdef inline uint64_t BYTE_SALT() noexcept nogil:
    return 0xD6E8FEB86659FD93


cdef inline uint64_t mix(uint64_t value) noexcept nogil:
    """Spread a hash over all its bits."""
    value = (value ^ (value >> 29)) * <uint64_t> 0xC2B2AE3D27D4EB4F
    return value ^ (value >> 32)


cdef inline uint64_t folded(uint8_t byte, uint8_t kind) noexcept nogil:
    """What a byte adds to a hash: capitals as small letters, every digit as 0, plus one."""
    if kind == UPPER:
        return byte + 33
    return 49 if kind == DIGIT else byte + 1
