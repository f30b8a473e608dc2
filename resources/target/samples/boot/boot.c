/*
 * A stand-in for a boot loader of the boot-132 family: finds what such a one looks for, says of each file how large
 * it is and its CRC-32, and starts the kernel with the arguments in the property list. With it the way through
 * memdisk, mboot.c32 and boot1pxe can be tried without a file of anyone else's.
 */
#include "../../pxe/a20.h"
#include "../../pxe/console.h"
#include "../../pxe/realmode.h"
#include "../../pxe/string.h"
#include "macho.h"
#include "store.h"

/* What the family writes here is what it is known by. */
static const char banner[] = "Darwin/x86 boot v5.0.132 - Bootwire v" BOOTWIRE_VERSION " stand-in";

enum {
        LOW_AREA = 0x18000,          /* base memory that neither we nor who called us is in */
        FILES = 0x4000000,           /* 64 MB: where files are read to */
        FILES_LIMIT = 0x8000000,
};

static const char *const plists[] = { "Extra/com.apple.Boot.plist", "com.apple.Boot.plist" };
static const char *const kernels[] = { "mach_kernel", "mach.macosx" };
static const char *const mkexts[] = { "Extra/Extensions.mkext", "System/Library/Extensions.mkext",
                                      "mach.macosx.mkext", "mach_kernel.mkext" };
static const char *const versions[] = { "System/Library/CoreServices/SystemVersion.plist" };

struct loaded {
        char *bytes;
        uint32_t size;
};

/* CRC-32 as in Ethernet, gzip and zlib, four bits at a time. */
static uint32_t crc32(const char *bytes, uint32_t size)
{
        uint32_t crc = 0xffffffff;
        while (size--) {
                crc ^= (uint8_t)*bytes++;
                for (int bit = 0; bit < 8; bit++)
                        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
        }
        return ~crc;
}

/* The first of these that is there. Files are read one behind the other. */
static struct loaded load(const struct store *store, const char *const paths[], int count)
{
        static char *next = (char *)FILES;
        for (int i = 0; i < count; i++) {
                struct loaded file = { next, 0 };
                if (!store->load(paths[i], next, (uint32_t)((char *)FILES_LIMIT - next), &file.size))
                        continue;
                print("%s: %u bytes, CRC-32 %08x\n", paths[i], file.size, crc32(file.bytes, file.size));
                file.bytes[file.size] = 0;
                next += (file.size + 16) & ~15u;
                return file;
        }
        print("%s: not there\n", paths[0]);
        return (struct loaded){ 0, 0 };
}

static char *find(char *text, const char *wanted)
{
        size_t length = strlen(wanted);
        for (; text && *text; text++)
                if (!strncmp(text, wanted, length))
                        return text + length;
        return 0;
}

/* What is between <string> and </string> behind a key; the text is cut there. */
static const char *value_of(char *plist, const char *key)
{
        char *value = find(find(plist, key), "<string>");
        char *end = value ? strchr(value, '<') : 0;
        if (!end)
                return "";
        *end = 0;
        return value;
}

static struct boot_args {
        uint16_t revision, version;
        char command_line[1024];
        uint32_t rest[256];
} boot_args = { .revision = 5, .version = 1 };

void boot_kernel(uint32_t entry, const void *boot_args) __attribute__((noreturn));

void boot_main(uint32_t device, const char *module, const char *module_end);
void boot_main(uint32_t device, const char *module, const char *module_end)
{
        realmode_install(LOW_AREA);
        a20_enable();
        console_start(115200);
        print("%s\n", banner);

        const struct store *store = module ? memory_store(module, (uint32_t)(module_end - module))
                                           : drive_store((uint8_t)device);
        if (!store) {
                print("No HFS+ volume on device %02x.\n", device);
                return;
        }
        print("Reading %s\n", store->name);
        struct loaded plist = load(store, plists, sizeof plists / sizeof *plists);
        struct loaded kernel = load(store, kernels, sizeof kernels / sizeof *kernels);
        load(store, mkexts, sizeof mkexts / sizeof *mkexts);
        load(store, versions, sizeof versions / sizeof *versions);
        if (!kernel.bytes)
                return;
        format_text(boot_args.command_line, sizeof boot_args.command_line, "%s",
                    value_of(plist.bytes, "<key>Kernel Flags</key>"));
        uint32_t entry = macho_load(kernel.bytes, kernel.size);
        if (!entry) {
                print("The kernel is no Mach-O file for i386.\n");
                return;
        }
        print("Starting Darwin x86\n");
        boot_kernel(entry, &boot_args);
}
