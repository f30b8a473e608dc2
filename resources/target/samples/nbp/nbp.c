/*
 * The smallest network boot program: says what firmware handed over, reads its own file once more by the
 * firmware's TFTP, and gives control back for the next boot device.
 */
#include "../../pxe/a20.h"
#include "../../pxe/clock.h"
#include "../../pxe/console.h"
#include "../../pxe/memory.h"
#include "../../pxe/pxe.h"
#include "../../pxe/undi.h"

enum { LOW_AREA = 0x10000, BLOCK_SIZE = 1456 };

static struct bootp reply;
static uint8_t block[LOW_DATA_SIZE];

static void report_memory(void)
{
        static struct memory_region regions[64];
        size_t count = memory_map(regions, 64);
        for (size_t i = 0; i < count; i++)
                print("  %08x%08x + %08x%08x type %u\n", (uint32_t)(regions[i].base >> 32), (uint32_t)regions[i].base,
                      (uint32_t)(regions[i].length >> 32), (uint32_t)regions[i].length, regions[i].type);
        print("%u KB of base memory are free.\n", base_memory_size() / 1024);
}

static void report_file(void)
{
        uint32_t size = 0, received = 0;
        uint16_t block_size = BLOCK_SIZE, length;
        uint16_t status = pxe_tftp_size(reply.server, reply.relay, reply.file, &size);
        if (!status)
                status = pxe_tftp_open(reply.server, reply.relay, reply.file, &block_size);
        if (status) {
                print("%s cannot be opened: status 0x%x.\n", reply.file, status);
                return;
        }
        do {
                status = pxe_tftp_read(block, &length);
                received += length;
        } while (!status && length == block_size);
        pxe_tftp_close();
        print("%s is %u bytes by its size and %u as read, in blocks of %u.\n", reply.file, size, received, block_size);
}

static void report_card(const struct nbp_entry *entry)
{
        uint8_t mac[6];
        uint16_t function = 0;
        uint32_t base_memory_end = base_memory_size();
        if (!undi_find(entry, &base_memory_end) || !undi_open(mac)) {
                print("UNDI does not find its card.\n");
                return;
        }
        undi_pci_function(&function);
        undi_close();
        print("UNDI finds card %02x:%02x:%02x:%02x:%02x:%02x at PCI %02x:%02x.%u.\n", mac[0], mac[1], mac[2], mac[3],
              mac[4], mac[5], function >> 8, function >> 3 & 31, function & 7);
}

ON_STACK uint32_t nbp_main(const struct nbp_entry *entry)
{
        realmode_install(LOW_AREA);
        console_start(115200);
        print("\nBootwire sample network boot program " BOOTWIRE_VERSION "\n");
        clock_start();
        if (!a20_enable())
                print("A20 does not open.\n");
        report_memory();
        if (pxe_find(entry) && pxe_cached(CACHED_REPLY, &reply)) {
                report_file();
                report_card(entry);
        } else {
                print("There is no PXE stack.\n");
        }
        uint32_t start = milliseconds();
        wait_milliseconds(100);
        print("Waited %u ms. Back to the firmware.\n", milliseconds() - start);
        console_leave();
        return PXENV_EXIT_SUCCESS;
}
