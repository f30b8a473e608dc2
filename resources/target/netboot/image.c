#include "image.h"
#include "../pxe/string.h"
#include "../multiboot/multiboot.h"

/* System V ABI, chapter 4 and 5. */
struct elf_header {
        uint8_t magic[4], class, data, version, rest[9];
        uint16_t type, machine;
        uint32_t file_version, entry, program_headers, section_headers, flags;
        uint16_t size, program_header_size, program_header_count;
};

struct elf_program_header {
        uint32_t type, offset, virtual, physical, file_size, memory_size, flags, align;
};

enum { ELF_32_BIT = 1, ELF_LITTLE_ENDIAN = 1, ELF_EXECUTABLE = 2, ELF_386 = 3, ELF_LOAD = 1 };

static const struct multiboot_header *find_header(const uint8_t *file, size_t length)
{
        size_t searched = length < MULTIBOOT_SEARCH ? length : MULTIBOOT_SEARCH;
        for (size_t at = 0; at + 12 <= searched; at += 4) {
                const struct multiboot_header *header = (const void *)(file + at);
                if (header->magic == MULTIBOOT_HEADER && header->magic + header->flags + header->checksum == 0)
                        return header;
        }
        return NULL;
}

static const char *add_segment(struct image *image, struct segment segment)
{
        if (segment.memory < segment.length)
                segment.memory = segment.length;
        if (!segment.memory)
                return NULL;
        if (image->count == MOST_SEGMENTS)
                return "It has too many segments";
        if (segment.to + segment.memory < segment.to)
                return "A segment goes beyond 4 GB";
        if (!image->count || segment.to < image->low)
                image->low = segment.to;
        if (!image->count || segment.to + segment.memory > image->high)
                image->high = segment.to + segment.memory;
        image->segments[image->count++] = segment;
        return NULL;
}

static const char *read_addresses(const uint8_t *file, size_t length, const struct multiboot_header *header, struct image *image)
{
        size_t at = (size_t)((const uint8_t *)header - file);
        if (at + sizeof *header > length)
                return "Its MultiBoot header is cut off";
        uint32_t before = header->header - header->load; /* of the header, in memory as in the file */
        if (header->load > header->header || before > at)
                return "The addresses in its MultiBoot header do not fit the file";
        size_t offset = at - before;
        uint32_t size = header->load_end ? header->load_end - header->load : length - offset;
        if (size > length - offset)
                return "The file is shorter than the addresses in its MultiBoot header";
        uint32_t memory = header->bss_end ? header->bss_end - header->load : size;
        if ((header->load_end && header->load_end < header->load) || (header->bss_end && memory < size))
                return "The addresses in its MultiBoot header do not fit each other";
        image->entry = header->entry;
        return add_segment(image, (struct segment){ header->load, file + offset, size, memory });
}

static const char *read_elf(const uint8_t *file, size_t length, struct image *image)
{
        const struct elf_header *elf = (const void *)file;
        if (length < 52 || memcmp(elf->magic, "\177ELF", 4) != 0)
                return "It is no ELF file, and its MultiBoot header has no addresses";
        if (elf->class != ELF_32_BIT || elf->data != ELF_LITTLE_ENDIAN || elf->machine != ELF_386)
                return "It is an ELF file for another processor than a 32-bit PC";
        if (elf->type != ELF_EXECUTABLE)
                return "It is an ELF file, but no executable one";
        if (elf->program_header_size < sizeof(struct elf_program_header) || elf->program_headers > length ||
            elf->program_header_count * (size_t)elf->program_header_size > length - elf->program_headers)
                return "Its ELF program headers are cut off";
        image->entry = elf->entry;
        for (unsigned i = 0; i < elf->program_header_count; i++) {
                const struct elf_program_header *header =
                        (const void *)(file + elf->program_headers + i * elf->program_header_size);
                if (header->type != ELF_LOAD)
                        continue;
                if (header->offset > length || header->file_size > length - header->offset)
                        return "The file is shorter than its ELF headers say";
                const char *error = add_segment(image, (struct segment){ header->physical, file + header->offset,
                                                                         header->file_size, header->memory_size });
                if (error)
                        return error;
                /* The entry is a virtual address; there is no paging yet. */
                if (elf->entry - header->virtual < header->memory_size)
                        image->entry = elf->entry - header->virtual + header->physical;
        }
        return image->count ? NULL : "It is an ELF file with nothing to load";
}

const char *read_image(const uint8_t *file, size_t length, struct image *image)
{
        memset(image, 0, sizeof *image);
        const struct multiboot_header *header = find_header(file, length);
        if (!header)
                return "There is no MultiBoot header in its first 8192 bytes";
        if (header->flags & MANDATORY_FLAGS & ~KNOWN_FLAGS)
                return "Its MultiBoot header demands what is not known here";
        return header->flags & HAS_ADDRESSES ? read_addresses(file, length, header, image) :
                                               read_elf(file, length, image);
}

const char *check_place(const struct image *image, uint32_t memory_lower, uint32_t memory_end)
{
        enum { FIRST_FREE = 0x1000, MEGABYTE = 1 << 20 };
        for (unsigned i = 0; i < image->count; i++) {
                const struct segment *segment = &image->segments[i];
                uint32_t end = segment->to + segment->memory;
                if (segment->to < FIRST_FREE)
                        return "kernel wants to be loaded on top of the BIOS's memory";
                if (segment->to < MEGABYTE && end > memory_lower)
                        return "kernel wants to be loaded on top of I/O space";
                if (end > memory_end)
                        return "kernel wants to be loaded beyond available physical memory";
        }
        return NULL;
}

void place_image(const struct image *image)
{
        for (unsigned i = 0; i < image->count; i++) {
                const struct segment *segment = &image->segments[i];
                memmove((void *)segment->to, segment->from, segment->length);
                memset((void *)(segment->to + segment->length), 0, segment->memory - segment->length);
        }
}
