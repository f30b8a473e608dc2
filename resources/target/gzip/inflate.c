#include "inflate.h"
#include "../pxe/string.h"

enum { LONGEST_CODE = 15, LITERALS = 288, DISTANCES = 30, END_OF_BLOCK = 256, TRAILER = 8 };

struct stream {
        const uint8_t *at, *end;
        uint32_t bits;
        unsigned count;
        uint8_t *out, *out_start, *out_end;
        bool failed;
};

static uint32_t take_bits(struct stream *stream, unsigned wanted)
{
        while (stream->count < wanted) {
                if (stream->at == stream->end) {
                        stream->failed = true;
                        return 0;
                }
                stream->bits |= (uint32_t)*stream->at++ << stream->count;
                stream->count += 8;
        }
        uint32_t value = stream->bits & ((1u << wanted) - 1);
        stream->bits >>= wanted;
        stream->count -= wanted;
        return value;
}

/* A canonical Huffman code: how many codes there are of each length, and their symbols in order. */
struct code {
        uint16_t counts[LONGEST_CODE + 1];
        uint16_t symbols[LITERALS];
};

static bool make_code(struct code *code, const uint8_t *lengths, unsigned symbols)
{
        uint16_t offsets[LONGEST_CODE + 2];
        int left = 1;
        memset(code->counts, 0, sizeof code->counts);
        for (unsigned i = 0; i < symbols; i++)
                code->counts[lengths[i]]++;
        code->counts[0] = 0;
        offsets[1] = 0;
        for (unsigned length = 1; length <= LONGEST_CODE; length++) {
                left = left * 2 - code->counts[length];
                if (left < 0)
                        return false; /* more codes than there can be */
                offsets[length + 1] = (uint16_t)(offsets[length] + code->counts[length]);
        }
        for (unsigned i = 0; i < symbols; i++)
                if (lengths[i])
                        code->symbols[offsets[lengths[i]]++] = (uint16_t)i;
        return true;
}

static unsigned take_symbol(struct stream *stream, const struct code *code)
{
        int value = 0, first = 0, index = 0;
        for (unsigned length = 1; length <= LONGEST_CODE && !stream->failed; length++) {
                value |= (int)take_bits(stream, 1);
                int count = code->counts[length];
                if (value - count < first)
                        return code->symbols[index + value - first];
                index += count;
                first = (first + count) * 2;
                value *= 2;
        }
        stream->failed = true;
        return END_OF_BLOCK;
}

static void stored_block(struct stream *stream)
{
        stream->bits = stream->count = 0;
        if (stream->end - stream->at < 4) {
                stream->failed = true;
                return;
        }
        uint32_t length = stream->at[0] | (uint32_t)stream->at[1] << 8;
        uint32_t complement = stream->at[2] | (uint32_t)stream->at[3] << 8;
        stream->at += 4;
        if ((length ^ complement) != 0xffff || (size_t)(stream->end - stream->at) < length ||
            (size_t)(stream->out_end - stream->out) < length) {
                stream->failed = true;
                return;
        }
        memcpy(stream->out, stream->at, length);
        stream->at += length;
        stream->out += length;
}

/* Lengths 3 to 258 and distances 1 to 32768, by the symbol: a base and how many bits more. RFC 1951 section 3.2.5 */
static uint32_t take_length(struct stream *stream, unsigned symbol)
{
        if (symbol < 8)
                return symbol + 3;
        if (symbol == 28)
                return 258;
        unsigned extra = symbol / 4 - 1;
        return ((4 + symbol % 4) << extra) + 3 + take_bits(stream, extra);
}

static uint32_t take_distance(struct stream *stream, unsigned symbol)
{
        if (symbol < 4)
                return symbol + 1;
        unsigned extra = symbol / 2 - 1;
        return ((2 + symbol % 2) << extra) + 1 + take_bits(stream, extra);
}

static void coded_block(struct stream *stream, const struct code *literals, const struct code *distances)
{
        while (!stream->failed) {
                unsigned symbol = take_symbol(stream, literals);
                if (symbol == END_OF_BLOCK)
                        return;
                if (symbol < END_OF_BLOCK) {
                        if (stream->out == stream->out_end)
                                stream->failed = true;
                        else
                                *stream->out++ = (uint8_t)symbol;
                        continue;
                }
                if (symbol > 285) {
                        stream->failed = true;
                        return;
                }
                uint32_t length = take_length(stream, symbol - 257);
                unsigned far = take_symbol(stream, distances);
                uint32_t distance = far < DISTANCES ? take_distance(stream, far) : UINT32_MAX;
                if (distance > (size_t)(stream->out - stream->out_start) ||
                    length > (size_t)(stream->out_end - stream->out)) {
                        stream->failed = true;
                        return;
                }
                for (; length; length--, stream->out++)
                        *stream->out = stream->out[-(int32_t)distance];
        }
}

static struct code literal_code, distance_code;

static void fixed_block(struct stream *stream)
{
        uint8_t lengths[LITERALS];
        memset(lengths, 8, 144);
        memset(lengths + 144, 9, 112);
        memset(lengths + 256, 7, 24);
        memset(lengths + 280, 8, 8);
        make_code(&literal_code, lengths, LITERALS);
        memset(lengths, 5, DISTANCES);
        make_code(&distance_code, lengths, DISTANCES);
        coded_block(stream, &literal_code, &distance_code);
}

static void dynamic_block(struct stream *stream)
{
        static const uint8_t order[19] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
        uint8_t lengths[LITERALS + 32] = { 0 };
        unsigned literals = take_bits(stream, 5) + 257, distances = take_bits(stream, 5) + 1;
        unsigned codes = take_bits(stream, 4) + 4;
        if (literals > 286 || distances > DISTANCES) {
                stream->failed = true;
                return;
        }
        for (unsigned i = 0; i < codes; i++)
                lengths[order[i]] = (uint8_t)take_bits(stream, 3);
        if (!make_code(&literal_code, lengths, 19)) {
                stream->failed = true;
                return;
        }
        memset(lengths, 0, sizeof lengths);
        for (unsigned at = 0; at < literals + distances && !stream->failed;) {
                unsigned symbol = take_symbol(stream, &literal_code);
                if (symbol < 16) {
                        lengths[at++] = (uint8_t)symbol;
                        continue;
                }
                uint8_t repeated = symbol == 16 && at ? lengths[at - 1] : 0;
                unsigned times = symbol == 16 ? 3 + take_bits(stream, 2) :
                                 symbol == 17 ? 3 + take_bits(stream, 3) :
                                                11 + take_bits(stream, 7);
                if ((symbol == 16 && !at) || at + times > literals + distances) {
                        stream->failed = true;
                        return;
                }
                memset(lengths + at, repeated, times);
                at += times;
        }
        if (!make_code(&literal_code, lengths, literals) || !make_code(&distance_code, lengths + literals, distances))
                stream->failed = true;
        else
                coded_block(stream, &literal_code, &distance_code);
}

/* Past the header's optional fields; a null pointer when it does not end. RFC 1952 section 2.3.1 */
static const uint8_t *compressed_data(const uint8_t *file, const uint8_t *end)
{
        enum { HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16, HAS_CRC = 2, HEADER = 10 };
        const uint8_t *at = file + HEADER;
        if (file[3] & HAS_EXTRA)
                at += end - at < 2 ? end - at : 2 + (at[0] | at[1] << 8);
        for (uint8_t text = HAS_NAME; text <= HAS_COMMENT; text <<= 1) {
                if (!(file[3] & text))
                        continue;
                while (at < end && *at)
                        at++;
                at++;
        }
        if (file[3] & HAS_CRC)
                at += 2;
        return at < end ? at : NULL;
}

static uint32_t crc32(const uint8_t *bytes, size_t length)
{
        uint32_t table[256], crc = 0xffffffff;
        for (uint32_t i = 0; i < 256; i++) {
                uint32_t value = i;
                for (int bit = 0; bit < 8; bit++)
                        value = value & 1 ? 0xedb88320 ^ value >> 1 : value >> 1;
                table[i] = value;
        }
        while (length--)
                crc = table[(crc ^ *bytes++) & 255] ^ crc >> 8;
        return ~crc;
}

static uint32_t little32(const uint8_t *at)
{
        return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool is_gzip(const uint8_t *file, size_t length)
{
        return length > 18 && file[0] == 0x1f && file[1] == 0x8b && file[2] == 8;
}

size_t gzip_size(const uint8_t *file, size_t length)
{
        return little32(file + length - 4);
}

bool gunzip(const uint8_t *file, size_t length, uint8_t *into, size_t size)
{
        if (!is_gzip(file, length))
                return false;
        const uint8_t *end = file + length - TRAILER, *data = compressed_data(file, end);
        if (!data)
                return false;
        struct stream stream = { .at = data, .end = end, .out = into, .out_start = into, .out_end = into + size };
        bool is_last = false;
        while (!is_last && !stream.failed) {
                is_last = take_bits(&stream, 1);
                switch (take_bits(&stream, 2)) {
                case 0:
                        stored_block(&stream);
                        break;
                case 1:
                        fixed_block(&stream);
                        break;
                case 2:
                        dynamic_block(&stream);
                        break;
                default:
                        stream.failed = true;
                }
        }
        return !stream.failed && stream.out == stream.out_end && crc32(into, size) == little32(end);
}
