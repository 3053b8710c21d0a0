// Data of ICU without an entry. Foundation's archives bring 31 MB of calendars, names and rules of all languages, of which
// jobmon uses nothing; the linker takes this object in place of theirs. What asks for a locale's data gets an error from
// ICU, as on a system whose data file is missing. ICU_DATA is the name that the archives give to their data.
#include <stdint.h>

struct data_header {
    uint16_t header_size;
    uint8_t magic[2];
    uint16_t info_size;
    uint16_t reserved;
    uint8_t is_big_endian, charset_family, size_of_char, reserved_byte;
    uint8_t format[4], format_version[4], data_version[4];
    uint8_t padding[8];
    // The table of contents: no entries.
    uint32_t count;
    uint32_t names[1];
};

__attribute__((aligned(16))) const struct data_header ICU_DATA = {
    .header_size = 32,
    .magic = {0xDA, 0x27},
    .info_size = 20,
    .is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
    .size_of_char = 2,
    .format = {'T', 'o', 'C', 'P'},
    .format_version = {1, 0, 0, 0},
};
