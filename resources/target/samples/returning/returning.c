/* A kernel that is done soon, as one under development is: says how it was called, and returns. */
#include "../shared/console.h"
#include "../shared/leave.h"

void kernel_main(uint32_t magic, const struct multiboot_information *info)
{
        console_start();
        put("Returning sample kernel, called as \"");
        put_string((const char *)info->command_line, 4096);
        put("\"\n");
        uint32_t return_address = return_address_in(info);
        if (magic != MULTIBOOT_LOADED || !return_address) {
                put("There is nowhere to return to. Halted.\n");
                return;
        }
        put("Returning.\n");
        leave_to(return_address);
}
