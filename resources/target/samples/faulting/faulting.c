/* A kernel that crashes as hard as one can: a fault with no descriptors to handle it resets the machine. */
#include "../shared/console.h"
#include "../../multiboot/multiboot.h"

void kernel_main(uint32_t magic, const struct multiboot_information *info)
{
        static const struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) no_interrupts;
        (void)magic, (void)info;
        console_start();
        put("Faulting sample kernel\n");
        __asm__ volatile("lidt %0; int3" : : "m"(no_interrupts));
}
