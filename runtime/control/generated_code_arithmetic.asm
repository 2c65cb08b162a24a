; generated_code_arithmetic.asm: slow paths of inline arithmetic.
; Apart from the other stubs, so that a program links only what it calls.

%include "runtime/control/generated_code.inc"

        SLOW    add, subtract, multiply, inc, dec
        SLOW    less, less_equal, greater, greater_equal, numeric_equal, zero_p, pos_p, neg_p

section .note.GNU-stack noalloc noexec nowrite progbits
