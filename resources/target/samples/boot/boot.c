/*
 * A stand-in for `boot` of the boot-132 family: finds what the real one starts Darwin with, in the order and by the
 * ways of the real one, and tells how large it is and its CRC-32. A kernel that is a Mach-O file for i386 is started
 * with the flags in the options; nothing else is.
 */
#include "../../pxe/console.h"
#include "../../pxe/realmode.h"
#include "../../pxe/string.h"
#include "../checksum/crc32.h"
#include "../../multiboot/multiboot.h"
#include "../stage/entry.h"
#include "macho.h"
#include "options.h"
#include "source.h"

enum { NETWORK_DEVICE = 0xe0 };
/* Where boot-132 reads files to, and how large they may be (memory.h). */
enum { LOAD_AT = 0x06800000, LOAD_SIZE = 0x01800000 };

static const char banner[] = "Darwin/x86 boot v5.0.132 - Bootwire stand-in " BOOTWIRE_VERSION;

static uint8_t *const buffer = (uint8_t *)LOAD_AT;
static const struct multiboot_module *module;

static bool module_read(uint64_t offset, uint32_t length, void *to)
{
        if (offset + length > module->end - module->start)
                return false;
        memcpy(to, (const uint8_t *)module->start + (uint32_t)offset, length);
        return true;
}

static bool by_network(const char *path, uint32_t *length)
{
        return network_load(path, buffer, LOAD_SIZE, length) == 0;
}

static bool by_volume(const char *path, uint32_t *length)
{
        return volume_load(path, buffer, LOAD_SIZE, length);
}

/* The first of several places, which end with a null pointer: its length in the buffer, or zero. */
static uint32_t report(bool (*load)(const char *, uint32_t *), const char *const *places)
{
        for (; *places; places++) {
                uint32_t length;
                if (!load(*places, &length))
                        continue;
                print("%s: %u bytes, CRC-32 %08x\n", *places, length, crc32(buffer, buffer + length));
                return length;
        }
        return 0;
}

/* The start of what a kernel is handed in EAX (xnu pexpert/i386/boot.h), as it was before Darwin 11. */
static struct boot_args {
        uint16_t revision, version;
        char command_line[1024];
        uint32_t rest[256];
} boot_args = { .revision = 5, .version = 1 };

static void start(uint32_t entry)
{
        console_leave();
        __asm__ volatile("cli; jmp *%0" : : "r"(entry), "a"(&boot_args) : "memory");
}

static bool choose_source(bool (**load)(const char *, uint32_t *))
{
        const struct multiboot_information *info = (const struct multiboot_information *)entry_information;
        *load = by_volume;
        if (entry_multiboot == MULTIBOOT_LOADED && info->flags & HAS_MODULES && info->module_count) {
                module = (const struct multiboot_module *)info->modules;
                print("Booted by MultiBoot, with a module of %u bytes.\n", module->end - module->start);
                return volume_open(module_read);
        }
        uint8_t drive = entry_multiboot == MULTIBOOT_LOADED ? 0x80 : (uint8_t)entry_device;
        print("Boot device %02x.\n", drive);
        if (drive == NETWORK_DEVICE) {
                *load = by_network;
                return true;
        }
        return disk_open(drive) && volume_open(disk_read);
}

void boot_main(void)
{
        static const char *const options[] = { "/Extra/com.apple.Boot.plist", "/com.apple.Boot.plist", 0 };
        static const char *const kernels[] = { "/mach_kernel", "/mach.macosx", 0 };
        static const char *const extensions[] = { "/Extra/Extensions.mkext", "/System/Library/Extensions.mkext",
                                                  "/mach_kernel.mkext", "/mach.macosx.mkext", 0 };
        bool (*load)(const char *, uint32_t *);
        realmode_install(LOW_AREA);
        console_start(115200);
        print("%s\n", banner);
        if (!choose_source(&load)) {
                print("There is no volume to boot from.\n");
        } else {
                option_text(buffer, report(load, options), "Kernel Flags", boot_args.command_line,
                            sizeof boot_args.command_line);
                uint32_t has_kernel = report(load, kernels);
                uint32_t entry = macho_load(buffer, has_kernel);
                uint32_t has_extensions = report(load, extensions);
                print(has_kernel && has_extensions ? "Starting Darwin/x86 (stand-in).\n" : "There is no %s.\n",
                      has_kernel ? "mkext" : "kernel");
                if (entry)
                        start(entry);
        }
        console_leave();
        if (entry_multiboot)
                for (;;)
                        __asm__ volatile("cli; hlt");
}
