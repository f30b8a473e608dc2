#include "disk.h"
#include "../pxe/string.h"

enum status { OK, BAD_COMMAND = 0x01, WRITE_PROTECTED = 0x03, NOT_FOUND = 0x04, TIMED_OUT = 0x80 };
enum { EDD_3 = 0x30, FIXED_DISK_ACCESS = 1, GEOMETRY_VALID = 2, FIXED_DISK = 3 };
/* The BIOS data area */
enum { LAST_STATUS = 0x474, DISKS = 0x475 };
enum { SECTORS_PER_TRACK = 63, MOST_CYLINDERS = 1024 };

static volatile uint8_t *bios_data(uint32_t address)
{
        return (volatile uint8_t *)base_memory_word(address);
}

static struct disk disk;
static uint32_t heads, cylinders;

void disk_use(const struct disk *given)
{
        disk = *given;
        /* 16 heads reach 504 MB; cylinders are rounded up, so that the last sectors can be reached. */
        heads = disk.sectors <= 16 * SECTORS_PER_TRACK * MOST_CYLINDERS ? 16 : 255;
        cylinders = (disk.sectors + heads * SECTORS_PER_TRACK - 1) / (heads * SECTORS_PER_TRACK);
}

static uint8_t *pointer(uint16_t segment, uint32_t offset)
{
        return linear((struct far_pointer){ (uint16_t)offset, segment });
}

static bool reaches_past_end(uint64_t first, uint32_t count)
{
        return first >= disk.sectors || count > disk.sectors - first;
}

static enum status transfer(uint64_t first, uint32_t count, uint8_t *to)
{
        if (reaches_past_end(first, count))
                return NOT_FOUND;
        return !to || disk.read((uint32_t)first, count, to) ? OK : TIMED_OUT;
}

/* Functions 2 and 4: the cylinder's two highest bits are in CL. `to` is null to verify. */
static enum status transfer_by_geometry(struct frame *frame, bool is_verify)
{
        uint32_t count = frame->eax & 0xff;
        uint32_t cylinder = (frame->ecx >> 8 & 0xff) | (frame->ecx & 0xc0) << 2;
        uint32_t head = frame->edx >> 8 & 0xff;
        uint32_t sector = frame->ecx & 0x3f;
        uint8_t *to = is_verify ? 0 : pointer(frame->es, frame->ebx);
        frame->eax &= ~0xffu;
        if (!count || !sector)
                return BAD_COMMAND;
        if (head >= heads || sector > SECTORS_PER_TRACK)
                return NOT_FOUND;
        enum status status =
                transfer((uint64_t)(cylinder * heads + head) * SECTORS_PER_TRACK + sector - 1, count, to);
        if (status == OK)
                frame->eax |= count;
        return status;
}

/* EDD-3, table 1: the disk address packet. */
struct packet {
        uint8_t size, reserved;
        uint16_t count;
        uint16_t offset, segment;
        uint64_t first;
        uint64_t flat; /* when the far pointer is FFFF:FFFF */
} __attribute__((packed));

static enum status transfer_by_packet(struct frame *frame, bool is_verify)
{
        struct packet *packet = (struct packet *)pointer(frame->ds, frame->esi);
        if (packet->size < 16)
                return BAD_COMMAND;
        uint8_t *to = pointer(packet->segment, packet->offset);
        if (packet->segment == 0xffff && packet->offset == 0xffff) {
                if (packet->size < 24 || packet->flat >> 32)
                        return BAD_COMMAND;
                to = (uint8_t *)(uint32_t)packet->flat;
        }
        enum status status = transfer(packet->first, packet->count, is_verify ? 0 : to);
        if (status != OK)
                packet->count = 0;
        return status;
}

static enum status tell_geometry(struct frame *frame)
{
        uint32_t last = cylinders > MOST_CYLINDERS ? MOST_CYLINDERS - 1 : cylinders - 1;
        frame->eax = 0;
        frame->ebx &= ~0xffffu;
        frame->ecx = (frame->ecx & ~0xffffu) | (last & 0xff) << 8 | (last >> 2 & 0xc0) | SECTORS_PER_TRACK;
        frame->edx = (frame->edx & ~0xffffu) | (heads - 1) << 8 | *bios_data(DISKS);
        return OK;
}

static enum status tell_extensions(struct frame *frame)
{
        if ((uint16_t)frame->ebx != 0x55aa)
                return BAD_COMMAND;
        frame->ebx = (frame->ebx & ~0xffffu) | 0xaa55;
        frame->ecx = (frame->ecx & ~0xffffu) | FIXED_DISK_ACCESS;
        frame->eax = (frame->eax & ~0xffffu) | EDD_3 << 8;
        return OK;
}

/* EDD-3, section 8.23 */
static enum status tell_parameters(struct frame *frame)
{
        struct {
                uint16_t size, flags;
                uint32_t cylinders, heads, sectors_per_track;
                uint64_t sectors;
                uint16_t sector_size;
                uint32_t configuration; /* there is none */
        } __attribute__((packed)) parameters = {
                .flags = GEOMETRY_VALID,
                .cylinders = cylinders,
                .heads = heads,
                .sectors_per_track = SECTORS_PER_TRACK,
                .sectors = disk.sectors,
                .sector_size = SECTOR,
                .configuration = 0xffffffff,
        };
        uint8_t *to = pointer(frame->ds, frame->esi);
        uint16_t room = *(uint16_t *)to;
        if (room < 26)
                return BAD_COMMAND;
        parameters.size = room < 30 ? 26 : 30;
        memcpy(to, &parameters, parameters.size);
        return OK;
}

static enum status tell_kind(struct frame *frame)
{
        frame->ecx = (frame->ecx & ~0xffffu) | disk.sectors >> 16;
        frame->edx = (frame->edx & ~0xffffu) | (disk.sectors & 0xffff);
        frame->eax = (frame->eax & ~0xffffu) | FIXED_DISK << 8;
        return OK;
}

static enum status answer(struct frame *frame, uint8_t function)
{
        switch (function) {
        case 0x01: return *bios_data(LAST_STATUS);
        case 0x02: return transfer_by_geometry(frame, false);
        case 0x04: return transfer_by_geometry(frame, true);
        case 0x08: return tell_geometry(frame);
        case 0x15: return tell_kind(frame);
        case 0x41: return tell_extensions(frame);
        case 0x42: return transfer_by_packet(frame, false);
        case 0x44: return transfer_by_packet(frame, true);
        case 0x48: return tell_parameters(frame);
        /* Reset, seek, ready and recalibrate: there is nothing that moves. */
        case 0x00: case 0x0c: case 0x0d: case 0x10: case 0x11: case 0x47: return OK;
        case 0x03: case 0x05: case 0x43: return WRITE_PROTECTED;
        default: return BAD_COMMAND;
        }
}

void disk_call(struct frame *frame)
{
        uint8_t function = (uint8_t)(frame->eax >> 8);
        enum status status = answer(frame, function);
        *bios_data(LAST_STATUS) = (uint8_t)status;
        frame->flags = status == OK ? frame->flags & ~CARRY_FLAG : frame->flags | CARRY_FLAG;
        /* Two functions tell something else in AH. */
        if (status != OK || (function != 0x15 && function != 0x41))
                frame->eax = (frame->eax & ~0xff00u) | (uint32_t)status << 8;
}
