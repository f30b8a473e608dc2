/*
 * Structures of the Preboot Execution Environment (PXE) Specification 2.1, by its section. Little-endian, except
 * for addresses and UDP ports, which are as on the wire.
 */
#pragma once
#include "realmode.h"

#define PACKED __attribute__((packed))

/* 4.4.5: what ES:BX points to. */
struct pxenv {
        char signature[6]; /* "PXENV+" */
        uint16_t version;
        uint8_t length, checksum;
        struct far_pointer entry;
        uint32_t protected_offset;
        uint16_t protected_selector, stack_segment, stack_size, bc_code_segment, bc_code_size;
        uint16_t bc_data_segment, bc_data_size, undi_data_segment, undi_data_size, undi_code_segment, undi_code_size;
        struct far_pointer bang_pxe; /* from version 2.1 on */
} PACKED;

/* 3.1.1 */
struct bang_pxe {
        char signature[4]; /* "!PXE" */
        uint8_t length, checksum, revision, reserved;
        struct far_pointer undi_rom_id, base_rom_id, entry, protected_entry;
} PACKED;

/* 2.4.2: in an option ROM, at the offset that its word at 16h names. */
struct undi_rom_id {
        char signature[4]; /* "UNDI" */
        uint8_t length, checksum, revision, undi_revision[3];
        uint16_t loader, stack_size, data_size, code_size;
        char bus[4];
} PACKED;

/* 3.2: the loader of an UNDI ROM. */
struct undi_loader {
        uint16_t status, ax, bx, dx, di, es;
        uint16_t data_segment, code_segment;
        struct far_pointer bang_pxe, pxenv;
} PACKED;

/* What PXE calls return in AX. */
enum { PXENV_EXIT_SUCCESS = 0, PXENV_EXIT_FAILURE = 1 };

enum pxe_call {
        PXENV_START_UNDI = 0x00,
        PXENV_UNDI_STARTUP = 0x01,
        PXENV_UNDI_CLEANUP = 0x02,
        PXENV_UNDI_INITIALIZE = 0x03,
        PXENV_UNDI_SHUTDOWN = 0x05,
        PXENV_UNDI_OPEN = 0x06,
        PXENV_UNDI_CLOSE = 0x07,
        PXENV_UNDI_TRANSMIT = 0x08,
        PXENV_UNDI_GET_INFORMATION = 0x0c,
        PXENV_UNDI_GET_NIC_TYPE = 0x12,
        PXENV_UNDI_ISR = 0x14,
        PXENV_STOP_UNDI = 0x15,
        PXENV_TFTP_OPEN = 0x20,
        PXENV_TFTP_CLOSE = 0x21,
        PXENV_TFTP_READ = 0x22,
        PXENV_TFTP_GET_FSIZE = 0x25,
        PXENV_UDP_OPEN = 0x30,
        PXENV_UDP_CLOSE = 0x31,
        PXENV_UDP_READ = 0x32,
        PXENV_UDP_WRITE = 0x33,
        PXENV_UNLOAD_STACK = 0x70,
        PXENV_GET_CACHED_INFO = 0x71,
};

/* 4.2.1 */
struct start_undi {
        uint16_t status, ax, bx, dx, di, es;
} PACKED;

/* 4.2.4 */
struct undi_initialize {
        uint16_t status;
        uint32_t protocol_ini;
        uint8_t reserved[8];
} PACKED;

/* 4.2.7 */
struct undi_open {
        uint16_t status, open_flag, packet_filter;
        uint16_t multicast_count;
        uint8_t multicast[8][16];
} PACKED;

enum { FILTER_DIRECTED = 1 << 0, FILTER_BROADCAST = 1 << 1 };

/* 4.2.9 */
struct undi_transmit {
        uint16_t status;
        uint8_t protocol; /* 0: the frame brings its own header */
        uint8_t flag;
        struct far_pointer destination, buffer_descriptor;
        uint32_t reserved[2];
} PACKED;

struct undi_buffer_descriptor {
        uint16_t length;
        struct far_pointer data;
        uint16_t more_count;
        struct {
                uint8_t pointer_type, reserved;
                uint16_t length;
                struct far_pointer data;
        } PACKED more[8];
} PACKED;

/* 4.2.13 */
struct undi_information {
        uint16_t status, io_base, interrupt, mtu, hardware_type, address_length;
        uint8_t address[16], permanent_address[16];
        uint16_t rom_address, receive_buffers, transmit_buffers;
} PACKED;

/* 4.2.19, for cards on PCI */
struct undi_nic_type {
        uint16_t status;
        uint8_t type; /* 2: PCI */
        uint16_t vendor, device;
        uint8_t base_class, sub_class, interface, revision;
        uint16_t bus_device_function, subsystem_vendor, subsystem_device;
} PACKED;

/* 4.2.21 */
struct undi_isr {
        uint16_t status, function, buffer_length, frame_length, header_length;
        struct far_pointer frame;
        uint8_t protocol_type, packet_type;
} PACKED;

enum { ISR_IN_START = 1, ISR_IN_PROCESS = 2, ISR_IN_GET_NEXT = 3 };
enum { ISR_OUT_OURS = 0, ISR_OUT_DONE = 0, ISR_OUT_TRANSMIT = 2, ISR_OUT_RECEIVE = 3, ISR_OUT_BUSY = 4 };

/* 4.3.1 */
struct cached_info {
        uint16_t status, packet, size;
        struct far_pointer buffer;
        uint16_t limit;
} PACKED;

/* Which packet: what the client sent, the DHCP server's ACK, and the answer with the boot file. */
enum { CACHED_DISCOVER = 1, CACHED_ACK = 2, CACHED_REPLY = 3 };

/* BOOTP as cached; RFC 951 section 3, RFC 2131 section 2. */
struct bootp {
        uint8_t operation, hardware_type, hardware_length, hops;
        uint32_t transaction;
        uint16_t seconds, flags;
        uint32_t client, yours, server, relay;
        uint8_t hardware_address[16];
        char server_name[64], file[128];
        uint8_t vendor[1024]; /* the cookie 99.130.83.99 and options; as much as there is */
} PACKED;

/* 4.3.2 */
struct tftp_open {
        uint16_t status;
        uint32_t server, gateway;
        char file[128];
        uint16_t port, packet_size;
} PACKED;

/* 4.3.4 */
struct tftp_read {
        uint16_t status, packet_number, size;
        struct far_pointer buffer;
} PACKED;

/* 4.3.6 */
struct tftp_get_fsize {
        uint16_t status;
        uint32_t server, gateway;
        char file[128];
        uint32_t size;
} PACKED;

/* 4.3.7 */
struct udp_open {
        uint16_t status;
        uint32_t address;
} PACKED;

/* 4.3.9 */
struct udp_read {
        uint16_t status;
        uint32_t source, destination;
        uint16_t source_port, destination_port, size;
        struct far_pointer buffer;
} PACKED;

/* 4.3.10 */
struct udp_write {
        uint16_t status;
        uint32_t destination, gateway;
        uint16_t source_port, destination_port, size;
        struct far_pointer buffer;
} PACKED;
