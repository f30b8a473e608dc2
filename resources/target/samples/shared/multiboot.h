/* What a MultiBoot loader hands over. MultiBoot Specification 0.6.96, section 3.3. */
#pragma once
#include <stdint.h>

#define MULTIBOOT_LOADED 0x2badb002

/* Which fields of the information are valid. */
enum {
        HAS_MEMORY = 1 << 0,
        HAS_COMMAND_LINE = 1 << 2,
        HAS_MODULES = 1 << 3,
        HAS_MEMORY_MAP = 1 << 6,
        HAS_LOADER_NAME = 1 << 9,
};

struct multiboot_info {
        uint32_t flags;
        uint32_t memory_lower; /* KB from 0 */
        uint32_t memory_upper; /* KB from 1 MB to the first hole */
        uint32_t boot_device;
        uint32_t command_line;
        uint32_t module_count;
        uint32_t modules;
        uint32_t symbols[4];
        uint32_t memory_map_length;
        uint32_t memory_map;
        uint32_t drives_length;
        uint32_t drives;
        uint32_t config_table;
        uint32_t loader_name;
};

struct multiboot_module {
        uint32_t start;
        uint32_t end; /* the byte after the last one */
        uint32_t string;
        uint32_t reserved;
};

struct multiboot_region {
        uint32_t size; /* of this entry, without this field */
        uint64_t base;
        uint64_t length;
        uint32_t type;
} __attribute__((packed));
