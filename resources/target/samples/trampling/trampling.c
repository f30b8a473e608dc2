/*
 * A kernel without manners: overwrites all of base memory, the firmware's and the card driver's included, moves and
 * masks the interrupts, speeds up the timer, turns off the keyboard and every network card, and only then returns.
 */
#include "../../pxe/io.h"
#include "../shared/console.h"
#include "../shared/leave.h"

enum { BASE_MEMORY = 0xa0000, RUBBISH = 0xcc };
enum { PIC1 = 0x20, PIC2 = 0xa0, TIMER_0 = 0x40, TIMER_CONTROL = 0x43, KEYBOARD = 0x64 };
enum { PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc, CLASS_ETHERNET = 0x0200 };

static void trample_memory(void)
{
        volatile uint8_t *byte = 0;
        /* The compiler takes address 0 for a mistake. */
        __asm__("" : "+r"(byte));
        for (uint32_t i = 0; i < BASE_MEMORY; i++)
                byte[i] = RUBBISH;
}

static void trample_interrupts(void)
{
        static const uint16_t ports[2] = { PIC1, PIC2 };
        for (int pic = 0; pic < 2; pic++) {
                out8(ports[pic], 0x11);
                out8(ports[pic] + 1, (uint8_t)(0x20 + pic * 8));
                out8(ports[pic] + 1, pic ? 2 : 4);
                out8(ports[pic] + 1, 0x01);
                out8(ports[pic] + 1, 0xff);
        }
        out8(TIMER_CONTROL, 0x34);
        out8(TIMER_0, 0x9c);
        out8(TIMER_0, 0x2e);
        out8(KEYBOARD, 0xad);
}

static void trample_cards(void)
{
        for (uint32_t function = 0; function < 256; function++) {
                uint32_t at = 1u << 31 | function << 8;
                out32(PCI_ADDRESS, at | 8);
                if (in32(PCI_DATA) >> 16 != CLASS_ETHERNET)
                        continue;
                out32(PCI_ADDRESS, at | 0x04); /* neither memory nor ports nor bus mastering */
                out32(PCI_DATA, 0);
                for (uint32_t bar = 0x10; bar < 0x18; bar += 4) {
                        out32(PCI_ADDRESS, at | bar);
                        out32(PCI_DATA, 0xfff00000);
                }
        }
}

void kernel_main(uint32_t magic, const struct multiboot_information *info)
{
        console_start();
        put("Trampling sample kernel\n");
        uint32_t return_address = return_address_in(info);
        if (magic != MULTIBOOT_LOADED || !return_address) {
                put("There is nowhere to return to. Halted.\n");
                return;
        }
        trample_cards();
        trample_interrupts();
        trample_memory();
        put("Base memory, interrupts, timer, keyboard and cards are trampled on. Returning.\n");
        leave_to(return_address);
}
