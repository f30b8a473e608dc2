#include "stash.h"
#include "../pxe/io.h"
#include "../pxe/pci.h"
#include "../pxe/realmode.h"
#include "../pxe/string.h"
#include "layout.h"
#include "processor.h"

enum { PIC1 = 0x20, PIC2 = 0xa0, TIMER_0 = 0x40, TIMER_CONTROL = 0x43 };
enum { KEYBOARD_DATA = 0x60, KEYBOARD_STATUS = 0x64, OUTPUT_FULL = 1, INPUT_FULL = 2, READ_COMMAND_BYTE = 0x20, WRITE_COMMAND_BYTE = 0x60 };
enum { MOST_CARDS = 8 };

/* Behind the program, where settle.c left room. */
extern char image_end[];

static uint8_t masks[2], keyboard_command;
static struct {
        uint16_t function;
        uint32_t header[PCI_HEADER_SIZE / 4];
} cards[MOST_CARDS];
static unsigned card_count;

static void stash_cards(void)
{
        card_count = 0;
        for (uint32_t from = 0; from <= 0xffff && card_count < MOST_CARDS; from++) {
                uint16_t function = (uint16_t)from;
                if (!pci_find_ethernet(&function))
                        return;
                cards[card_count].function = function;
                for (unsigned i = 0; i < PCI_HEADER_SIZE / 4; i++)
                        cards[card_count].header[i] = pci_read(function, (uint8_t)(i * 4));
                card_count++;
                from = function;
        }
}

static void restore_cards(void)
{
        for (unsigned card = 0; card < card_count; card++) {
                uint16_t function = cards[card].function;
                /* Addresses first, then the command that makes the card answer to them. The status is cleared by ones. */
                for (unsigned i = PCI_BAR0 / 4; i < PCI_HEADER_SIZE / 4; i++)
                        pci_write(function, (uint8_t)(i * 4), cards[card].header[i]);
                pci_write(function, PCI_HEADER, cards[card].header[PCI_HEADER / 4]);
                pci_write(function, PCI_COMMAND, cards[card].header[PCI_COMMAND / 4] & 0xffff);
        }
}

/* Bounded, since a machine may have no such controller. False: it is not heard. */
static int keyboard_wait(uint8_t bit, uint8_t wanted)
{
        for (int spins = 0; spins < 20000; spins++)
                if ((in8(KEYBOARD_STATUS) & bit) == wanted)
                        return 1;
        return 0;
}

static void drain_keyboard(void)
{
        for (int bytes = 0; bytes < 32 && in8(KEYBOARD_STATUS) & OUTPUT_FULL; bytes++)
                in8(KEYBOARD_DATA);
}

static uint8_t read_keyboard_command(void)
{
        if (in8(KEYBOARD_STATUS) == 0xff || !keyboard_wait(INPUT_FULL, 0))
                return 0;
        drain_keyboard();
        out8(KEYBOARD_STATUS, READ_COMMAND_BYTE);
        return keyboard_wait(OUTPUT_FULL, OUTPUT_FULL) ? in8(KEYBOARD_DATA) : 0;
}

static void restore_keyboard(void)
{
        if (!keyboard_command)
                return;
        keyboard_wait(INPUT_FULL, 0);
        out8(KEYBOARD_STATUS, WRITE_COMMAND_BYTE);
        keyboard_wait(INPUT_FULL, 0);
        out8(KEYBOARD_DATA, keyboard_command);
        keyboard_wait(INPUT_FULL, 0);
        drain_keyboard();
}

/* As every PC BIOS sets them: interrupts 0 to 7 at vector 08h, 8 to 15 at 70h, in a cascade by line 2. */
static void restore_interrupt_controllers(void)
{
        static const uint8_t vectors[2] = { 0x08, 0x70 }, cascade[2] = { 4, 2 };
        static const uint16_t ports[2] = { PIC1, PIC2 };
        for (int pic = 0; pic < 2; pic++) {
                out8(ports[pic], 0x11);
                out8(ports[pic] + 1, vectors[pic]);
                out8(ports[pic] + 1, cascade[pic]);
                out8(ports[pic] + 1, 0x01);
                out8(ports[pic] + 1, masks[pic]);
        }
}

void stash_machine(void)
{
        masks[0] = in8(PIC1 + 1);
        masks[1] = in8(PIC2 + 1);
        keyboard_command = read_keyboard_command();
        stash_processor();
        stash_cards();
        memcpy(image_end, (const void *)base_memory_word(0), BASE_MEMORY);
}

void restore_machine(void)
{
        memcpy((void *)base_memory_word(0), image_end, BASE_MEMORY);
        out8(PIC1 + 1, 0xff);
        out8(PIC2 + 1, 0xff);
        restore_processor();
        restore_cards();
        restore_interrupt_controllers();
        out8(TIMER_CONTROL, 0x34); /* the BIOS's 18.2 ticks a second */
        out8(TIMER_0, 0);
        out8(TIMER_0, 0);
        restore_keyboard();
}
