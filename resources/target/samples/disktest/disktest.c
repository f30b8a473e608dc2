/*
 * Calls everything that boot1pxe answers, in the place of `boot`, and compares with what must come. Sectors of the
 * disk hold a pattern that tells their number, so that one that comes from elsewhere is seen. Each check is a line
 * that begins with "ok" or "FAIL"; the last line counts.
 */
#include "../../pxe/console.h"
#include "../../pxe/realmode.h"
#include "../../pxe/string.h"
#include "../stage/entry.h"
#include "disktest.h"

enum { DISK = 0x13, SECTOR = 512, OURS = 0x80, OTHER = 0x81 };
enum { OK = 0, BAD_COMMAND = 1, WRITE_PROTECTED = 3, NOT_FOUND = 4 };
/* Free for us between the stage `boot` and where the test of borders reads to. */
enum { BUFFER = 0x40000, BUFFER_SIZE = 0x40000, PACKET = 0x30000 };

static unsigned checks, failures;
static uint32_t sectors;

void check(bool holds, const char *what)
{
        checks++;
        failures += !holds;
        print("%s %s\n", holds ? "ok" : "FAIL", what);
}

static struct registers call(uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx, const void *es, const void *si)
{
        struct far_pointer at = far_pointer(si);
        struct registers registers = {
                .eax = eax, .ebx = ebx, .ecx = ecx, .edx = edx, .esi = at.offset, .ds = at.segment,
                .es = (uint16_t)((uint32_t)es >> 4),
        };
        bios_call(DISK, &registers);
        return registers;
}

static bool failed_with(struct registers registers, uint8_t status)
{
        return registers.flags & CARRY_FLAG && (registers.eax >> 8 & 0xff) == status;
}

static bool worked(struct registers registers)
{
        return !(registers.flags & CARRY_FLAG) && !(registers.eax & 0xff00);
}

/* What the test wrote into the sectors of the disk. */
static bool is_sector(uint32_t number, uint32_t seed, const uint8_t *bytes)
{
        uint32_t state = number * 2654435761u + seed;
        for (unsigned at = 0; at < SECTOR; at += 4, state = state * 1664525 + 1013904223)
                if (memcmp(bytes + at, &state, 4))
                        return false;
        return true;
}

static bool are_sectors(uint32_t first, uint32_t count, const uint8_t *bytes)
{
        for (uint32_t i = 0; i < count; i++)
                if (!is_sector(first + i, OUR_SEED, bytes + i * SECTOR))
                        return false;
        return true;
}

struct packet {
        uint8_t size, reserved;
        uint16_t count;
        struct far_pointer to;
        uint64_t first, flat;
} __attribute__((packed));

/* Function 42h to `to` as its segment and offset are given; the packet is left for a look at its count. */
static struct registers extended(uint8_t function, uint64_t first, uint16_t count, struct far_pointer to)
{
        struct packet *packet = (struct packet *)PACKET;
        *packet = (struct packet){ 16, 0, count, to, first, 0 };
        return call((uint32_t)function << 8, 0, 0, OURS, 0, packet);
}

static uint16_t packet_count(void)
{
        return ((struct packet *)PACKET)->count;
}

/* Whether bytes around what was read to are as they were. */
static bool is_untouched(const uint8_t *from, uint32_t length)
{
        for (uint32_t i = 0; i < length; i++)
                if (from[i] != 0xee)
                        return false;
        return true;
}

static void clear(void)
{
        memset((void *)BUFFER, 0xee, BUFFER_SIZE);
}

static void test_parameters(void)
{
        static const char *const what[] = { "41h says that there are extensions", "41h refuses another question" };
        struct registers registers = call(0x4100, 0x55aa, 0, OURS, 0, 0);
        check(!(registers.flags & CARRY_FLAG) && (registers.ebx & 0xffff) == 0xaa55 && registers.ecx & 1 &&
                      (registers.eax >> 8 & 0xff) >= 0x21, what[0]);
        check(failed_with(call(0x4100, 0x1234, 0, OURS, 0, 0), BAD_COMMAND), what[1]);

        struct {
                uint16_t size, flags;
                uint32_t cylinders, heads, per_track;
                uint64_t sectors;
                uint16_t sector_size;
                uint32_t configuration;
        } __attribute__((packed)) *parameters = (void *)PACKET;
        memset(parameters, 0xee, sizeof *parameters);
        parameters->size = 26;
        check(worked(call(0x4800, 0, 0, OURS, 0, parameters)) && parameters->size == 26 &&
                      parameters->sector_size == SECTOR && parameters->configuration == 0xeeeeeeee,
              "48h tells the size of a sector, and writes no more than asked for");
        sectors = (uint32_t)parameters->sectors;
        parameters->size = 25;
        check(failed_with(call(0x4800, 0, 0, OURS, 0, parameters), BAD_COMMAND), "48h refuses a buffer too small");

        registers = call(0x1500, 0, 0, OURS, 0, 0);
        check(!(registers.flags & CARRY_FLAG) && (registers.eax >> 8 & 0xff) == 3 &&
                      (registers.ecx << 16 | (registers.edx & 0xffff)) == sectors, "15h tells a disk of the same size");
        registers = call(0x0800, 0, 0, OURS, 0, 0);
        uint32_t cylinders = ((registers.ecx >> 8 & 0xff) | (registers.ecx & 0xc0) << 2) + 1;
        uint32_t heads = (registers.edx >> 8 & 0xff) + 1, per_track = registers.ecx & 0x3f;
        check(worked(registers) && cylinders * heads * per_track >= sectors &&
                      (cylinders - 1) * heads * per_track < sectors, "8 tells a geometry that reaches the last sector");
        check((registers.edx & 0xff) == *(uint8_t *)base_memory_word(0x475), "8 tells as many disks as the BIOS data area");
}

static void test_reads(void)
{
        uint8_t *buffer = (uint8_t *)BUFFER;
        clear();
        check(worked(call(0x0201, 0, 0x0001, OURS, buffer, 0)) && are_sectors(0, 1, buffer) &&
                      is_untouched(buffer + SECTOR, SECTOR), "2 reads the first sector and no more");
        clear();
        struct registers registers = call(0x027f, 0x200, 0x0102, OURS | 3 << 8, buffer, 0);
        uint32_t first = (1 * 16 + 3) * 63 + 1;
        check(worked(registers) && (registers.eax & 0xff) == 127 && are_sectors(first, 127, buffer + 0x200) &&
                      is_untouched(buffer, 0x200), "2 reads 127 sectors by cylinder, head and sector");
        check(failed_with(call(0x0200, 0, 1, OURS, buffer, 0), BAD_COMMAND), "2 refuses to read no sector");
        check(failed_with(call(0x0201, 0, 0, OURS, buffer, 0), BAD_COMMAND), "2 refuses sector 0");
        check(failed_with(call(0x0201, 0, 0xffff, OURS | 0xff << 8, buffer, 0), NOT_FOUND), "2 refuses a head too high");
        check(worked(call(0x0401, 0, 1, OURS, 0, 0)), "4 verifies");
        check(worked(call(0x0000, 0, 0, OURS, 0, 0)) && worked(call(0x0d00, 0, 0, OURS, 0, 0)), "0 and 0Dh reset");
        check(worked(call(0x0c01, 0, 1, OURS, 0, 0)) && worked(call(0x1000, 0, 0, OURS, 0, 0)) &&
                      worked(call(0x1100, 0, 0, OURS, 0, 0)) && worked(extended(0x47, 5, 1, far_pointer(buffer))),
              "0Ch, 10h, 11h and 47h find the disk ready");
        check(failed_with(call(0x0301, 0, 1, OURS, buffer, 0), WRITE_PROTECTED) &&
                      failed_with(extended(0x43, 1, 1, far_pointer(buffer)), WRITE_PROTECTED), "3 and 43h are refused as protected");
        check((call(0x0100, 0, 0, OURS, 0, 0).eax >> 8 & 0xff) == WRITE_PROTECTED, "1 tells how the last call ended");
        check(failed_with(call(0x9900, 0, 0, OURS, 0, 0), BAD_COMMAND), "an unknown function is refused");
}

static void test_borders(void)
{
        uint8_t *buffer = (uint8_t *)BUFFER;
        clear();
        check(worked(extended(0x42, 7, 127, far_pointer(buffer + 0xfe00))) && are_sectors(7, 127, buffer + 0xfe00) &&
                      is_untouched(buffer, 0xfe00), "42h reads 127 sectors over a border of 64 KB");
        clear();
        struct far_pointer high_offset = { 0xff80, (BUFFER >> 4) };
        check(worked(extended(0x42, 9, 3, high_offset)) && are_sectors(9, 3, buffer + 0xff80) &&
                      is_untouched(buffer, 0xff80), "42h goes on behind the end of its segment");
        clear();
        check(worked(extended(0x42, 11, 255, far_pointer(buffer + 3))) && are_sectors(11, 255, buffer + 3) &&
                      is_untouched(buffer + 3 + 255 * SECTOR, 64), "42h reads 255 sectors to an odd address");
        struct packet *packet = (struct packet *)PACKET;
        uint8_t *above = (uint8_t *)0x500000;
        memset(above, 0xee, 0x20000);
        *packet = (struct packet){ 24, 0, 100, { 0xffff, 0xffff }, 1234, (uint32_t)above };
        check(worked(call(0x4200, 0, 0, OURS, 0, packet)) && are_sectors(1234, 100, above), "42h reads to an address above 1 MB");
        packet->size = 15;
        check(failed_with(call(0x4200, 0, 0, OURS, 0, packet), BAD_COMMAND), "42h refuses a packet too short");
}

static void test_end(void)
{
        uint8_t *buffer = (uint8_t *)BUFFER;
        clear();
        check(worked(extended(0x42, sectors - 1, 1, far_pointer(buffer))), "42h reads the last sector");
        clear();
        check(failed_with(extended(0x42, sectors - 1, 2, far_pointer(buffer)), NOT_FOUND) && packet_count() == 0 &&
                      is_untouched(buffer, 2 * SECTOR), "42h refuses to read past the end, and reads nothing");
        check(failed_with(extended(0x42, sectors, 1, far_pointer(buffer)), NOT_FOUND) &&
                      failed_with(extended(0x42, 0x100000000ull, 1, far_pointer(buffer)), NOT_FOUND) &&
                      failed_with(extended(0x42, ~0ull, 1, far_pointer(buffer)), NOT_FOUND), "42h refuses what lies behind the end");
        check(failed_with(extended(0x44, sectors - 1, 2, far_pointer(buffer)), NOT_FOUND), "44h verifies nothing there");
        uint32_t track = sectors / 63, cylinder = track / 16;
        check(failed_with(call(0x02ff, 0, (cylinder & 0xff) << 8 | (cylinder >> 2 & 0xc0) | (sectors % 63 + 1),
                               OURS | (track % 16) << 8, buffer, 0), NOT_FOUND), "2 refuses to read past the end");
}

static void test_other_disk(void)
{
        uint8_t *buffer = (uint8_t *)BUFFER;
        struct registers registers = call(0x0800, 0, 0, OTHER, 0, 0);
        check(!(registers.flags & CARRY_FLAG) && (registers.edx & 0xff) == 2, "8 of the other disk tells two disks");
        clear();
        registers = call(0x0203, 0, 0x0002, OTHER, buffer, 0);
        check(!(registers.flags & CARRY_FLAG) && (registers.edx & 0xff) == OTHER && is_sector(1, OTHER_SEED, buffer) &&
                      is_sector(3, OTHER_SEED, buffer + 2 * SECTOR), "the machine's own disk is the second");
        registers = call(0x1500, 0, 0, OTHER, 0, 0);
        /* By geometry, and some take off a cylinder for diagnostics. */
        uint32_t told = registers.ecx << 16 | (registers.edx & 0xffff);
        check(!(registers.flags & CARRY_FLAG) && told && told <= OTHER_SECTORS && told % 63 == 0,
              "15h of it tells its size");
        check(call(0x0800, 0, 0, 0x82, 0, 0).flags & CARRY_FLAG, "there is no third");
}

void boot_main(void)
{
        realmode_install(LOW_AREA);
        console_start(115200);
        print("Disk test, of disk %02x.\n", entry_device);
        test_parameters();
        test_reads();
        test_borders();
        test_end();
        if (*(uint8_t *)base_memory_word(0x475) > 1)
                test_other_disk();
        test_memory();
        /* All memory that was said to be free is overwritten by now. */
        bool is_whole = true;
        uint8_t *buffer = (uint8_t *)BUFFER;
        for (uint32_t at = 0; at < PATTERN_SECTORS && is_whole; at += 100) {
                uint16_t count = (uint16_t)(PATTERN_SECTORS - at < 100 ? PATTERN_SECTORS - at : 100);
                is_whole = worked(extended(0x42, at, count, far_pointer(buffer))) && are_sectors(at, count, buffer);
        }
        check(is_whole, "the whole disk is as it was");
        print("%u checks, %u failed.\n", checks, failures);
        console_leave();
}
