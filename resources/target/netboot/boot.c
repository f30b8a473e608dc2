#include "boot.h"
#include "../net/network.h"
#include "../pxe/console.h"
#include "../pxe/string.h"
#include "fetch.h"
#include "image.h"
#include "../gzip/inflate.h"
#include "keys.h"
#include "../multiboot/multiboot.h"
#include "resident.h"
#include "stash.h"

enum { MOST_MODULES = 16, PAGE = 4096, TEXT = LINE_MOST + 64 };

/* In start.S. Returns when the kernel calls return_address. */
extern void run_kernel(uint32_t entry, uint32_t magic, const void *information) ON_STACK;

/* What is handed over. It lies behind the modules, in memory that the kernel gets. */
struct hand_over {
        struct multiboot_information information;
        struct multiboot_module modules[MOST_MODULES];
        struct multiboot_region regions[MOST_REGIONS];
        char command_line[TEXT], module_lines[MOST_MODULES][TEXT], loader_name[48];
};

static char *page_after(const void *address)
{
        return (char *)(((uint32_t)address + PAGE - 1) & ~(PAGE - 1u));
}

/* Cuts the text, and the blanks at its end, at the next `---` that is a word; what follows it, or a null pointer. */
static char *cut_at_divider(char *text)
{
        for (char *at = text; (at = strchr(at, '-')); at++) {
                bool begins = at == text || at[-1] == ' ' || at[-1] == '\t';
                if (begins && memcmp(at, "---", 3) == 0 && (at[3] == ' ' || at[3] == '\t' || !at[3])) {
                        char *rest = at + 3;
                        while (at > text && (at[-1] == ' ' || at[-1] == '\t'))
                                at--;
                        *at = 0;
                        return rest;
                }
        }
        return NULL;
}

/*
 * Fetches the kernel and moves it to the end of memory, unpacked, so that all else is free for what it needs.
 * Gives its place; null when it could not be had.
 */
static uint8_t *fetch_kernel(const struct name *name, size_t *length)
{
        struct room room = { (uint8_t *)MEGABYTE, origin.memory_end - MEGABYTE };
        if (!fetch(name, room, length))
                return NULL;
        uint8_t *end = (uint8_t *)origin.memory_end;
        uint8_t *file = (uint8_t *)((uint32_t)(end - *length) & ~15u);
        memmove(file, room.at, *length);
        if (!is_gzip(file, *length))
                return file;
        size_t size = gzip_size(file, *length);
        uint8_t *unpacked = (uint8_t *)((uint32_t)(file - size) & ~15u);
        if (size > (size_t)(file - room.at)) {
                print("%s does not fit: unpacked it has %u KB.\n", name->file, size >> 10);
                return NULL;
        }
        if (!gunzip(file, *length, unpacked, size)) {
                print("%s is a damaged gzip file.\n", name->file);
                return NULL;
        }
        print("%s: unpacked, %u bytes\n", name->file, size);
        *length = size;
        return unpacked;
}

/* Fetches one after the other to pages from `place` on. */
static bool fetch_modules(char *text, char *place, char *end, struct hand_over *over)
{
        uint32_t *count = &over->information.module_count;
        for (; text; ++*count) {
                struct name name;
                char *rest = cut_at_divider(text);
                size_t length;
                if (!parse_name(text, &name)) {
                        print("Bad module name, type \"help\" for help.\n");
                        return false;
                }
                if (*count == MOST_MODULES) {
                        print("No more than %u modules can be loaded.\n", MOST_MODULES);
                        return false;
                }
                struct room room = { (uint8_t *)place, place < end ? (size_t)(end - place) : 0 };
                if (!fetch(&name, room, &length))
                        return false;
                char *line = over->module_lines[*count];
                format_text(line, TEXT, *name.arguments ? "%s %s" : "%s", name.file, name.arguments);
                over->modules[*count] =
                        (struct multiboot_module){ (uint32_t)place, (uint32_t)place + length, (uint32_t)line, 0 };
                place = page_after(place + length);
                text = rest;
        }
        return true;
}

static void fill_in(struct hand_over *over)
{
        struct multiboot_information *information = &over->information;
        information->flags = HAS_MEMORY | HAS_COMMAND_LINE | HAS_MEMORY_MAP | HAS_LOADER_NAME;
        information->memory_lower = origin.memory_lower / 1024;
        information->memory_upper = (origin.memory_end - MEGABYTE) / 1024;
        information->command_line = (uint32_t)over->command_line;
        if (information->module_count) {
                information->flags |= HAS_MODULES;
                information->modules = (uint32_t)over->modules;
        }
        for (uint32_t i = 0; i < origin.region_count; i++) {
                const struct memory_region *region = &origin.regions[i];
                over->regions[i] =
                        (struct multiboot_region){ sizeof *over->regions - 4, region->base, region->length, region->type };
        }
        information->memory_map = (uint32_t)over->regions;
        information->memory_map_length = origin.region_count * sizeof *over->regions;
        information->loader_name = (uint32_t)over->loader_name;
        format_text(over->loader_name, sizeof over->loader_name, "Bootwire NetBoot %s", BOOTWIRE_VERSION);
}

/* Hands the machine over and takes it back. False when the card does not work any more. */
static bool run(const struct image *image, const struct hand_over *over, const struct options *options)
{
        console_leave();
        network_close();
        stash_machine();
        place_image(image);
        run_kernel(image->entry, MULTIBOOT_LOADED, &over->information);
        restore_machine();
        console_recover(baud_of(options));
        return network_open(network.nic);
}

bool boot(char *line, const struct options *options)
{
        struct name name;
        struct image image;
        size_t length;
        char *modules = cut_at_divider(line);
        if (!parse_name(line, &name)) {
                print("Bad command line, type \"help\" for help.\n");
                return false;
        }
        uint8_t *file = fetch_kernel(&name, &length);
        if (!file) {
                print("Can't get the kernel, try again.\n");
                return false;
        }
        const char *error = read_image(file, length, &image);
        if (!error)
                error = check_place(&image, origin.memory_lower, origin.memory_end);
        if (error) {
                print("Can't boot %s: %s.\n", name.file, error);
                return false;
        }

        struct hand_over *over = (void *)page_after((void *)(image.high < MEGABYTE ? MEGABYTE : image.high));
        if ((uint8_t *)(over + 1) > file) {
                print("Can't boot %s: there is not memory enough for it and a copy of it.\n", name.file);
                return false;
        }
        memset(over, 0, sizeof *over);
        if (!fetch_modules(modules, page_after(over + 1), (char *)file, over)) {
                print("Can't get a module, try again.\n");
                return false;
        }
        write_arguments(over->command_line, sizeof over->command_line, options, name.file, name.arguments);
        fill_in(over);
        print("%s: booting...\n", name.file);
        watch_keys();
        if (!run(&image, over, options)) {
                print("The network card does not start again. Reset the machine.\n");
                return false;
        }
        return true;
}
