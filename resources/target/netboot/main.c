/* NetBoot: asks for the name of a kernel, fetches it, boots it, and is back when the kernel returns. */
#include "../net/configure.h"
#include "../net/network.h"
#include "../pxe/clock.h"
#include "../pxe/console.h"
#include "../pxe/realmode.h"
#include "../pxe/string.h"
#include "card.h"
#include "command.h"
#include "layout.h"
#include "line.h"
#include "resident.h"
#include "script.h"

static struct options options;

static bool yes(const char *question, bool usual)
{
        char line[LINE_MOST];
        read_line(question, line);
        char first = *skip_blanks(line);
        return first ? first == 'y' || first == 'Y' : usual;
}

static uint32_t ask_address(const char *prompt)
{
        char line[LINE_MOST];
        uint32_t address;
        for (;;) {
                read_line(prompt, line);
                if (!*line)
                        return 0;
                if (parse_address(line, &address))
                        return address;
                print("An address looks like 10.0.0.1.\n");
        }
}

static void ask_for_everything(void)
{
        network.address = ask_address("IP address: ");
        network.mask = ask_address("Netmask: ");
        network.gateway = ask_address("Gateway: ");
        network.name_server = ask_address("Nameserver: ");
        char line[LINE_MOST];
        read_line("Hostname: ", line);
        format_text(network.host_name, sizeof network.host_name, "%s", line);
}

/* False when there is no network, and nobody wants to go on without. */
static bool find_network(void)
{
        if (!find_card()) {
                print("No network card is found: neither a PXE stack nor one that NetBoot drives itself.\n");
                return false;
        }
        while (!network_configure()) {
                if (yes("No bootp server found for any interface!  Try again? [n] ", false))
                        continue;
                if (!yes("Enter bootp information manually? [y] ", true))
                        return false;
                ask_for_everything();
                break;
        }
        return true;
}

static void introduce(void)
{
        print("I am %s%s%s (IP: %s, mask: %s)\n", network.host_name[0] ? network.host_name : "nameless",
              network.domain[0] ? "." : "", network.domain, address_text(network.address), address_text(network.mask));
        if (network.gateway)
                print(" Gateway: %s\n", address_text(network.gateway));
        if (network.name_server)
                print(" Nameserver: %s\n", address_text(network.name_server));
}

static void prompt(void)
{
        static char line[LINE_MOST], before[LINE_MOST];
        char typed[LINE_MOST];
        memcpy(before, last_line(), LINE_MOST);
        read_line("NetBoot> ", typed);
        memcpy(line, skip_blanks(typed), LINE_MOST - (size_t)(skip_blanks(typed) - typed));
        if (strcmp(line, "!!") == 0) {
                memcpy(line, before, LINE_MOST);
                print("%s\n", line);
                remember_line(line);
        }
        if (*line)
                run_command(line, &options);
}

void netboot_main(void)
{
        realmode_install(LOW_AREA);
        read_options(origin.command_line, &options);
        console_start(baud_of(&options));
        if (options.serial) {
                print("\nNetBoot's console is the first serial port, at %u baud.\n", baud_of(&options));
                console_serial_alone();
        }
        clock_start();
        print("\nNetBoot metakernel, Bootwire %s\n", BOOTWIRE_VERSION);
        bool found = find_network();
        if (found) {
                introduce();
                print("Type \"help\" for help.\n");
                run_script(&options);
        }
        for (;;)
                if (found)
                        prompt();
                else
                        run_command((char[]){ "quit" }, &options);
}
