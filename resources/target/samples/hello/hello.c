/*
 * The Bootwire sample kernel: says what the boot loader handed over, and that it arrived intact. Its first and
 * last lines on the serial port are what a boot is judged by.
 */
#include "../checksum/crc32.h"
#include "../shared/console.h"
#include "../shared/leave.h"
#include "../../multiboot/multiboot.h"

/* No string or list is followed further than this, whatever the loader handed over. */
enum { MOST_CHARACTERS = 4096, MOST_MODULES = 64, MOST_REGIONS = 128 };

static void put_string_at(uint32_t address)
{
        put_string((const char *)address, MOST_CHARACTERS);
}

static const char *region_type(uint32_t type)
{
        static const char *const names[] = { "available", "reserved", "ACPI tables", "ACPI storage", "faulty" };
        return type >= 1 && type <= 5 ? names[type - 1] : "unknown";
}

static void report_memory_map(const struct multiboot_information *info)
{
        uint32_t at = info->memory_map;
        uint32_t left = info->memory_map_length;
        for (int count = 0; left >= sizeof(struct multiboot_region) && count < MOST_REGIONS; count++) {
                const struct multiboot_region *region = (const struct multiboot_region *)at;
                put("  ");
                put_hex(region->base, 16);
                put(" + ");
                put_hex(region->length, 16);
                put(" ");
                put(region_type(region->type));
                put("\n");
                /* An entry may be longer than the fields we know, but not than what is left. */
                if (region->size < sizeof *region - sizeof region->size || region->size > left - sizeof region->size)
                        break;
                at += region->size + sizeof region->size;
                left -= region->size + sizeof region->size;
        }
}

static void report_modules(const struct multiboot_information *info)
{
        const struct multiboot_module *module = (const struct multiboot_module *)info->modules;
        put("Modules: ");
        put_decimal(info->module_count);
        put("\n");
        for (uint32_t i = 0; i < info->module_count && i < MOST_MODULES; i++, module++) {
                put("Module ");
                put_decimal(i + 1);
                put(": ");
                put_string_at(module->string);
                put("\n");
                if (module->end < module->start) {
                        put("  ends before it starts\n");
                        continue;
                }
                put("  ");
                put_decimal(module->end - module->start);
                put(" bytes, CRC-32 ");
                put_hex(crc32((const uint8_t *)module->start, (const uint8_t *)module->end), 8);
                put("\n");
        }
}

static void report(const struct multiboot_information *info)
{
        if (info->flags & HAS_LOADER_NAME) {
                put("Boot loader: ");
                put_string_at(info->loader_name);
                put("\n");
        }
        if (info->flags & HAS_COMMAND_LINE) {
                put("Command line: ");
                put_string_at(info->command_line);
                put("\n");
        }
        if (info->flags & HAS_MEMORY) {
                put("Memory: ");
                put_decimal(info->memory_lower);
                put(" KB lower, ");
                put_decimal(info->memory_upper);
                put(" KB upper\n");
        }
        if (info->flags & HAS_MEMORY_MAP)
                report_memory_map(info);
        if (info->flags & HAS_MODULES)
                report_modules(info);
}

void kernel_main(uint32_t magic, const struct multiboot_information *info)
{
        console_start();
        put("Bootwire sample kernel " BOOTWIRE_VERSION "\n");
        if (magic != MULTIBOOT_LOADED) {
                put("This was not started by a MultiBoot loader: EAX is 0x");
                put_hex(magic, 8);
                put(" and should be 0x2badb002. Halted.\n");
                return;
        }
        report(info);
        put("Reached the kernel. All is well.\n");
        uint32_t return_address = return_address_in(info);
        if (return_address)
                leave_to(return_address);
}
