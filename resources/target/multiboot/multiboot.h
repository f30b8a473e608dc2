/* MultiBoot Specification 0.6.96, sections 3.1 (header) and 3.3 (information). */
#pragma once
#include <stdint.h>

enum { MULTIBOOT_HEADER = 0x1badb002, MULTIBOOT_LOADED = 0x2badb002, MULTIBOOT_SEARCH = 8192 };

/* Flags of the header. A loader refuses those of the low half that it does not know. */
enum { WANTS_VIDEO = 1 << 2, HAS_ADDRESSES = 1 << 16, KNOWN_FLAGS = 7, MANDATORY_FLAGS = 0xffff };

struct multiboot_header {
        uint32_t magic, flags, checksum;
        /* With HAS_ADDRESSES, all physical. `load_end` and `bss_end` may be 0: the whole file, and none. */
        uint32_t header, load, load_end, bss_end, entry;
};

/* Flags of the information: which of its fields are valid. */
enum {
        HAS_MEMORY = 1 << 0,
        HAS_COMMAND_LINE = 1 << 2,
        HAS_MODULES = 1 << 3,
        HAS_MEMORY_MAP = 1 << 6,
        HAS_LOADER_NAME = 1 << 9,
};

struct multiboot_information {
        uint32_t flags;
        uint32_t memory_lower, memory_upper; /* KB from 0, and from 1 MB */
        uint32_t boot_device;
        uint32_t command_line;
        uint32_t module_count, modules;
        uint32_t symbols[4];
        uint32_t memory_map_length, memory_map;
        uint32_t drives_length, drives;
        uint32_t config_table;
        uint32_t loader_name;
};

struct multiboot_module {
        uint32_t start, end, string, reserved;
};

struct multiboot_region {
        uint32_t size; /* of what follows */
        uint64_t base, length;
        uint32_t type;
} __attribute__((packed));
