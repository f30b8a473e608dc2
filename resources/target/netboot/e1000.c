#include "e1000.h"
#include "../pxe/clock.h"
#include "../pxe/pci.h"
#include "../pxe/string.h"

/* 13.4: registers, by their offset. */
enum reg {
        CONTROL = 0x0000,
        INTERRUPT_MASK_CLEAR = 0x00d8,
        RECEIVE_CONTROL = 0x0100,
        TRANSMIT_CONTROL = 0x0400,
        TRANSMIT_GAP = 0x0410,
        RECEIVE_RING = 0x2800,
        TRANSMIT_RING = 0x3800,
        MULTICAST_TABLE = 0x5200,
        ADDRESS_LOW = 0x5400,
        ADDRESS_HIGH = 0x5404,
};
/* Within either ring's registers. */
enum { RING_LOW = 0x00, RING_HIGH = 0x04, RING_LENGTH = 0x08, RING_HEAD = 0x10, RING_TAIL = 0x18, RING_CONTROL = 0x28 };

enum { LINK_RESET = 1 << 3, SET_LINK_UP = 1 << 6, LOSS_OF_SIGNAL = 1 << 7, RESET = 1 << 26 };
#define PHY_RESET (1u << 31)
#define ADDRESS_VALID (1u << 31)
enum { RECEIVE_ENABLE = 1 << 1, ACCEPT_BROADCAST = 1 << 15, STRIP_CHECKSUM = 1 << 26 };
enum { RECEIVING = RECEIVE_ENABLE | ACCEPT_BROADCAST | STRIP_CHECKSUM };
/* Pad short frames; collision threshold and distance for full duplex, 13.4.33. */
enum { TRANSMIT_ENABLE = 1 << 1, PAD_SHORT = 1 << 3, COLLISIONS = 0x0f << 4 | 0x40 << 12 };
enum { GAP_FOR_COPPER = 10 | 8 << 10 | 6 << 20 };
enum { MUST_BE_SET_ON_82574 = 1 << 22 };

/* 3.2.3 and 3.3.3: descriptors in their old form, which both families know. */
struct descriptor {
        uint64_t address;
        uint16_t length;
        uint8_t checksum_offset_or_low, command; /* of a received frame these are its checksum */
        uint8_t status, errors;
        uint16_t special;
} __attribute__((packed, aligned(16)));
enum { DONE = 1 << 0, END_OF_PACKET = 1 << 1, SEND_END_OF_PACKET = 1 << 0, SEND_CHECKSUM = 1 << 1, SEND_REPORT = 1 << 3 };

enum { RECEIVERS = 16, TRANSMITTERS = 8, BUFFER = 2048 };

static volatile struct descriptor receivers[RECEIVERS] __attribute__((aligned(128)));
static volatile struct descriptor transmitters[TRANSMITTERS] __attribute__((aligned(128)));
static uint8_t buffers[RECEIVERS][BUFFER] __attribute__((aligned(16))), outgoing[BUFFER];
static unsigned next_receiver, next_transmitter;

static uint16_t card;
static uint32_t registers;
/* The card's own address, as firmware left it: what runs in between may write another. */
static uint32_t address_low, address_high;

static volatile uint32_t *at(uint32_t reg)
{
        return (volatile uint32_t *)(registers + reg);
}

bool e1000_drives(uint16_t function)
{
        enum { INTEL = 0x8086 };
        static const uint16_t devices[] = { 0x100e, 0x100f, 0x10d3 };
        uint32_t id = pci_read(function, PCI_ID);
        for (unsigned i = 0; i < sizeof devices / sizeof *devices; i++) {
                if (id != ((uint32_t)devices[i] << 16 | INTEL))
                        continue;
                card = function;
                address_low = address_high = 0;
                return true;
        }
        return false;
}

static void start_ring(uint32_t ring, volatile struct descriptor *descriptors, uint32_t size, uint32_t tail)
{
        *at(ring + RING_LOW) = (uint32_t)descriptors;
        *at(ring + RING_HIGH) = 0;
        *at(ring + RING_LENGTH) = size;
        *at(ring + RING_HEAD) = 0;
        *at(ring + RING_TAIL) = tail;
}

static void start_rings(void)
{
        memset((void *)receivers, 0, sizeof receivers);
        memset((void *)transmitters, 0, sizeof transmitters);
        for (unsigned i = 0; i < RECEIVERS; i++)
                receivers[i].address = (uint32_t)buffers[i];
        next_receiver = next_transmitter = 0;
        start_ring(RECEIVE_RING, receivers, sizeof receivers, RECEIVERS - 1);
        start_ring(TRANSMIT_RING, transmitters, sizeof transmitters, 0);
}

static void allow(uint32_t what)
{
        pci_write(card, PCI_COMMAND, (pci_read(card, PCI_COMMAND) & 0xffff & ~(uint32_t)PCI_BUS_MASTER) | what);
}

/*
 * The bus is taken from the card. Its receive control stays as it is: QEMU's card is deaf for a second after each
 * time that it is written. The rings are in memory that no kernel is given, should one turn the bus on first.
 */
static void close(void)
{
        *at(INTERRUPT_MASK_CLEAR) = 0xffffffff;
        *at(TRANSMIT_CONTROL) = 0;
        allow(PCI_MEMORY);
        wait_milliseconds(1); /* for what is on its way into memory */
}

static bool open(uint8_t address[6])
{
        allow(PCI_MEMORY);
        registers = pci_read(card, PCI_BAR0) & ~15u;
        if (!registers)
                return false;
        if (!address_high) {
                address_low = *at(ADDRESS_LOW);
                address_high = *at(ADDRESS_HIGH) | ADDRESS_VALID;
        }
        close();
        /* The controller is reset and the PHY is not: a link takes seconds to come up again. */
        *at(CONTROL) |= RESET;
        wait_milliseconds(2);
        *at(INTERRUPT_MASK_CLEAR) = 0xffffffff;
        *at(CONTROL) = (*at(CONTROL) & ~(LINK_RESET | LOSS_OF_SIGNAL | PHY_RESET)) | SET_LINK_UP;
        *at(ADDRESS_LOW) = address_low;
        *at(ADDRESS_HIGH) = address_high;
        for (uint32_t word = 0; word < 128; word++)
                *at(MULTICAST_TABLE + word * 4) = 0;
        start_rings();
        *at(TRANSMIT_RING + RING_CONTROL) |= MUST_BE_SET_ON_82574;
        *at(TRANSMIT_GAP) = GAP_FOR_COPPER;
        *at(TRANSMIT_CONTROL) = TRANSMIT_ENABLE | PAD_SHORT | COLLISIONS;
        allow(PCI_MEMORY | PCI_BUS_MASTER);
        if (*at(RECEIVE_CONTROL) != RECEIVING)
                *at(RECEIVE_CONTROL) = RECEIVING;
        memcpy(address, &address_low, 4);
        memcpy(address + 4, &address_high, 2);
        return true;
}

static bool transmit(const void *frame, size_t length)
{
        enum { PATIENCE_MS = 20 };
        volatile struct descriptor *slot = &transmitters[next_transmitter];
        if (length > sizeof outgoing)
                return false;
        memcpy(outgoing, frame, length);
        slot->address = (uint32_t)outgoing;
        slot->length = (uint16_t)length;
        slot->status = 0;
        slot->command = SEND_END_OF_PACKET | SEND_CHECKSUM | SEND_REPORT;
        next_transmitter = (next_transmitter + 1) % TRANSMITTERS;
        *at(TRANSMIT_RING + RING_TAIL) = next_transmitter;
        /* There is one buffer: the next frame waits for this one. */
        uint32_t start = milliseconds();
        while (!(slot->status & DONE))
                if (milliseconds() - start > PATIENCE_MS)
                        return false;
        return true;
}

static size_t receive(void *frame, size_t size)
{
        volatile struct descriptor *slot = &receivers[next_receiver];
        if (!(slot->status & DONE))
                return 0;
        /* A frame longer than a buffer comes in several; there are none such that are for us. */
        size_t length = slot->status & END_OF_PACKET && !slot->errors && slot->length <= size ? slot->length : 0;
        memcpy(frame, buffers[next_receiver], length);
        slot->status = 0;
        *at(RECEIVE_RING + RING_TAIL) = next_receiver;
        next_receiver = (next_receiver + 1) % RECEIVERS;
        return length;
}

const struct nic e1000 = { "e1000", open, close, transmit, receive };
