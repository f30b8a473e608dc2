/*
 * Fetches one file over TFTP with many clients at once and measures it. In C, because a client in Node would be
 * slower than the servers it measures.
 *
 *   client HOST PORT FILE BLKSIZE WINDOWSIZE CLIENTS TIMES SIZE CHECKSUM
 *
 * Every client fetches the file TIMES times and checks its length and its checksum (FNV-1a, 64 bits, over
 * little-endian words). Prints one line of JSON; `failed` counts fetches that broke off or were not intact,
 * `slowest` and `fastest` are the seconds that a client took for all of its fetches.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LARGEST 65536
#define RESEND_SECONDS 1.0
#define GIVE_UP_SECONDS 10.0

struct client {
  int socket;
  int connected;
  int done;
  int fetched;
  unsigned char last[600]; /* the packet to send again when nothing comes */
  size_t last_length;
  double last_at, heard_at, finished_at;
  uint32_t received;     /* the last block in order, counted without end */
  unsigned in_window;    /* blocks since the last ACK */
  int told_gap;
  uint64_t bytes, seen_bytes, checksum;
  unsigned char carried[8]; /* bytes of a checksum word split between two blocks */
  unsigned carried_length;
};

static struct sockaddr_in server;
static const char *file;
static unsigned block_size, window_size, agreed_window;
static int times, failed, running;
static uint64_t expected_size, expected_checksum, total_bytes, resent;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void transmit(struct client *client) {
  client->last_at = now();
  if (client->connected)
    send(client->socket, client->last, client->last_length, 0);
  else
    sendto(client->socket, client->last, client->last_length, 0, (struct sockaddr *)&server, sizeof server);
}

static void acknowledge(struct client *client) {
  uint32_t block = client->received;
  unsigned char ack[4] = {0, 4, block >> 8 & 255, block & 255};
  memcpy(client->last, ack, 4);
  client->last_length = 4;
  client->in_window = 0;
  transmit(client);
}

static void mix(struct client *client, const unsigned char *bytes, size_t length) {
  uint64_t word, hash = client->checksum;
  while (client->carried_length > 0 && length > 0) {
    client->carried[client->carried_length++] = *bytes++;
    length--;
    if (client->carried_length == 8) {
      memcpy(&word, client->carried, 8);
      hash = (hash ^ word) * 0x100000001b3ull;
      client->carried_length = 0;
    }
  }
  for (; length >= 8; bytes += 8, length -= 8) {
    memcpy(&word, bytes, 8);
    hash = (hash ^ word) * 0x100000001b3ull;
  }
  if (length > 0) {
    memcpy(client->carried, bytes, length);
    client->carried_length = length;
  }
  client->checksum = hash;
}

static void begin(struct client *client, int epoll) {
  if (client->fetched > 0) close(client->socket);
  client->socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  int room = 4 << 20;
  setsockopt(client->socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  epoll_ctl(epoll, EPOLL_CTL_ADD, client->socket, &event);
  client->connected = 0;
  client->received = 0;
  client->in_window = 0;
  client->told_gap = 0;
  client->bytes = 0;
  client->checksum = 0xcbf29ce484222325ull;
  client->carried_length = 0;
  client->seen_bytes = 0;
  client->heard_at = now();
  char *at = (char *)client->last;
  char *end = at + sizeof client->last;
  *at++ = 0;
  *at++ = 1;
  at += snprintf(at, end - at, "%s%coctet%c", file, 0, 0);
  at += snprintf(at, end - at, "blksize%c%u%c", 0, block_size, 0);
  if (window_size > 1) at += snprintf(at, end - at, "windowsize%c%u%c", 0, window_size, 0);
  client->last_length = at - (char *)client->last;
  transmit(client);
}

static void finish(struct client *client, int epoll, int intact) {
  if (!intact) failed++;
  total_bytes += client->bytes;
  client->fetched++;
  if (client->fetched < times) {
    begin(client, epoll);
    return;
  }
  close(client->socket);
  client->done = 1;
  client->finished_at = now();
  running--;
}

static unsigned option_of(const unsigned char *packet, size_t length, const char *name, unsigned otherwise) {
  const char *at = (const char *)packet + 2, *end = (const char *)packet + length;
  while (at < end) {
    const char *value = at + strlen(at) + 1;
    if (value >= end) break;
    if (strcasecmp(at, name) == 0) return atoi(value);
    at = value + strlen(value) + 1;
  }
  return otherwise;
}

static void receive(struct client *client, int epoll, unsigned char *packet, size_t length) {
  unsigned type = packet[0] << 8 | packet[1], number = packet[2] << 8 | packet[3];
  if (type == 6 && client->received == 0) {
    packet[length] = 0;
    agreed_window = option_of(packet, length, "windowsize", 1);
    unsigned agreed_block = option_of(packet, length, "blksize", 512);
    if (agreed_block != block_size) {
      fprintf(stderr, "the server made the block size %u\n", agreed_block);
      exit(2);
    }
    acknowledge(client);
  } else if (type == 3) {
    if (number != ((client->received + 1) & 0xffff)) {
      /* A gap is told once, with what arrived in order (RFC 7440); an old block is answered only in lockstep. */
      int ahead = ((number - client->received) & 0xffff) < 0x8000;
      if (ahead && agreed_window > 1 && !client->told_gap) {
        client->told_gap = 1;
        acknowledge(client);
      }
      if (!ahead) resent++;
      return;
    }
    client->told_gap = 0;
    client->received++;
    client->bytes += length - 4;
    mix(client, packet + 4, length - 4);
    int last = length - 4 < block_size;
    if (++client->in_window >= agreed_window || last) acknowledge(client);
    if (last) {
      if (client->carried_length > 0) {
        unsigned pad = 8 - client->carried_length;
        mix(client, (const unsigned char *)"\0\0\0\0\0\0\0", pad);
      }
      finish(client, epoll, client->bytes == expected_size && client->checksum == expected_checksum);
    }
  } else if (type == 5) {
    fprintf(stderr, "error %u: %.*s\n", number, (int)length - 4, packet + 4);
    finish(client, epoll, 0);
  }
}

static void drain(struct client *client, int epoll) {
  static unsigned char packet[LARGEST + 1];
  int fetch = client->fetched;
  /* One window at a time, so that no client waits for another's whole file. */
  for (unsigned count = 0; count <= agreed_window && !client->done && client->fetched == fetch; count++) {
    ssize_t length;
    if (client->connected)
      length = recv(client->socket, packet, LARGEST, 0);
    else {
      struct sockaddr_in from;
      socklen_t size = sizeof from;
      length = recvfrom(client->socket, packet, LARGEST, 0, (struct sockaddr *)&from, &size);
      if (length >= 4) {
        connect(client->socket, (struct sockaddr *)&from, sizeof from);
        client->connected = 1;
      }
    }
    if (length < 4) return;
    receive(client, epoll, packet, length);
    /* In lockstep nothing can have come yet. */
    if (agreed_window == 1) return;
  }
}

int main(int count, char **values) {
  if (count != 10) {
    fprintf(stderr, "client HOST PORT FILE BLKSIZE WINDOWSIZE CLIENTS TIMES SIZE CHECKSUM\n");
    return 2;
  }
  server.sin_family = AF_INET;
  inet_pton(AF_INET, values[1], &server.sin_addr);
  server.sin_port = htons(atoi(values[2]));
  file = values[3];
  block_size = atoi(values[4]);
  window_size = atoi(values[5]);
  agreed_window = 1;
  int clients = atoi(values[6]);
  times = atoi(values[7]);
  expected_size = strtoull(values[8], 0, 10);
  expected_checksum = strtoull(values[9], 0, 16);

  struct client *all = calloc(clients, sizeof *all);
  int epoll = epoll_create1(0);
  double started = now(), looked = started;
  running = clients;
  for (int i = 0; i < clients; i++) begin(&all[i], epoll);
  while (running > 0) {
    struct epoll_event events[64];
    int ready = epoll_wait(epoll, events, 64, 100);
    for (int i = 0; i < ready; i++) {
      struct client *client = events[i].data.ptr;
      drain(client, epoll);
    }
    double time = now();
    if (time - looked < 0.1) continue;
    looked = time;
    for (int i = 0; i < clients; i++) {
      struct client *client = &all[i];
      if (client->done) continue;
      if (client->bytes != client->seen_bytes) client->heard_at = time;
      client->seen_bytes = client->bytes;
      if (time - client->heard_at > GIVE_UP_SECONDS) finish(client, epoll, 0);
      else if (time - client->last_at > RESEND_SECONDS) {
        client->told_gap = 0;
        transmit(client);
      }
    }
  }
  double seconds = now() - started, slowest = 0, fastest = 1e9;
  for (int i = 0; i < clients; i++) {
    double took = all[i].finished_at - started;
    if (took > slowest) slowest = took;
    if (took < fastest) fastest = took;
  }
  printf("{\"bytes\":%llu,\"seconds\":%.6f,\"failed\":%d,\"repeated\":%llu,\"fastest\":%.6f,\"slowest\":%.6f,\"window\":%u}\n",
         (unsigned long long)total_bytes, seconds, failed, (unsigned long long)resent, fastest, slowest,
         agreed_window);
  return failed > 0;
}
