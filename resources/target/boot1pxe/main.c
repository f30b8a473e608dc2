/*
 * boot1pxe: a network boot program that starts the boot loaders of the boot-132 family, whose stage `boot` knows
 * nothing of networks, or only by INT 2Bh. It loads `boot` from its own directory, and beside it either makes a
 * disk of boot.img there, whole in memory or sector by sector, or reads files for it.
 */
#include "demand.h"
#include "disk.h"
#include "files.h"
#include "gates.h"
#include "move.h"
#include "../pxe/clock.h"
#include "ramdisk.h"
#include "reserve.h"
#include "served.h"
#include "settings.h"
#include "words.h"

enum { BOOT_AT = 0x20200, MOST_BOOT = 447 << 10 };
enum { FIRST_DISK = 0x80, NETWORK_DEVICE = 0xe0 };

void gate_call(uint32_t kind, struct frame *frame)
{
        if (kind == GATE_DISK)
                disk_call(frame);
        else
                files_call(frame);
}

static bool load_boot(void)
{
        struct tftp file;
        uint32_t length, room = base_memory_end() - BOOT_AT;
        if (room > MOST_BOOT)
                room = MOST_BOOT;
        if (!served_open(&file, "boot", false))
                return false;
        if (file.size != SIZE_UNKNOWN && file.size > room) {
                fail("its %s are more than the %s that fit below the network card's ROM", size_text(file.size),
                     size_text(room));
                served_refuse(&file, "boot");
                return false;
        }
        return served_read(&file, "boot", (void *)BOOT_AT, room, &length);
}

static bool has_memory(void)
{
        if (reserve_total() >= settings.memory)
                return true;
        fail("boot needs %u MB of memory, and this machine has %u MB", settings.memory, reserve_total());
        /* The server is told when the file is asked for. */
        struct tftp file;
        if (served_open(&file, "boot", false))
                served_refuse(&file, "boot");
        return false;
}

static bool read_on_demand(struct disk *disk)
{
        if (!settings.disk_server) {
                print("boot1pxe: no disk for reading on demand is set.\n");
                return false;
        }
        if (!demand_open(disk)) {
                print("boot1pxe: %s/%s from %s: %s.\n", settings.disk_folder, settings.disk_file,
                      address_text(settings.disk_server), failure);
                return false;
        }
        print("Disk 80h: %s/%s on %s, read on demand.\n", settings.disk_folder, settings.disk_file,
              address_text(settings.disk_server));
        return true;
}

/* Gives DX for `boot`, and zero when there is nothing to start it with. */
static uint16_t prepare(struct disk *disk)
{
        struct tftp image;
        bool may_demand = settings.way == DEMAND || (settings.way == AUTO && settings.disk_server);
        if (settings.way == RAMDISK || settings.way == AUTO) {
                if (served_open(&image, "boot.img", settings.way == AUTO)) {
                        if (image.size == SIZE_UNKNOWN || ramdisk_fits(image.size)) {
                                if (!ramdisk_load(&image, disk))
                                        return 0;
                                print("Disk 80h: boot.img, in memory.\n");
                                return FIRST_DISK;
                        }
                        if (!may_demand) {
                                served_refuse(&image, "boot.img");
                                return 0;
                        }
                        tftp_leave(&image);
                        print("boot.img is read on demand: %s.\n", failure);
                } else if (!image.is_missing || settings.way == RAMDISK)
                        return 0;
        }
        if (may_demand)
                return read_on_demand(disk) ? FIRST_DISK : 0;
        print("Files by INT 2Bh, from %s.\n", address_text(network.server));
        return NETWORK_DEVICE;
}

static void run(const struct nbp_entry *entry)
{
        struct disk disk;
        clock_start();
        console_start(115200);
        print("boot1pxe " BOOTWIRE_VERSION "\n");
        if (!network_find(entry) || !udp_open()) {
                print("boot1pxe: %s.\n", failure);
                return;
        }
        print("I am %s, from %s; %u MB of memory.\n", network.file, address_text(network.server), reserve_total());
        if (!settings_read() || !has_memory() || !load_boot())
                return;
        uint16_t device = prepare(&disk);
        if (!device)
                return;
        if (device == FIRST_DISK)
                disk_use(&disk);
        print("Starting boot.\n");
        console_leave();
        gates_open(device == FIRST_DISK);
        run_boot(device);
        gates_close();
        console_resume();
        print("boot came back.\n");
}

static void run_and_leave(const struct nbp_entry *entry)
{
        run(entry);
        print("The next boot device has its turn.\n");
        console_leave();
}

ON_STACK uint32_t nbp_main(const struct nbp_entry *entry)
{
        if (!move_up(entry, run_and_leave)) {
                console_start(115200);
                print("boot1pxe: %s.\n", failure);
                console_leave();
        }
        return PXENV_EXIT_SUCCESS;
}
