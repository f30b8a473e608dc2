/* The program as it is linked at 1 MB. */
        .section .payload, "a"
        .globl  payload, payload_end
        .balign 4
payload: .incbin PAYLOAD
payload_end:

        .section .note.GNU-stack, "", @progbits
