; generated_code_raw.asm: slow paths of numbers outside boxes.
; Apart from the other stubs, so that a program links only what it calls.

%include "runtime/control/generated_code.inc"

; An exception becomes pending.
%macro RAISE 3
extern %2
FUNCTION %1
        SAVE    %3
        call    %2
        RESTORE %3
        ret
%1.end:
%endmacro
        RAISE   slisp_long_overflow_slow, slisp_long_overflow, 0
        RAISE   slisp_long_overflow_slow_x, slisp_long_overflow, 1
        RAISE   slisp_divide_by_zero_slow, slisp_divide_by_zero, 0
        RAISE   slisp_divide_by_zero_slow_x, slisp_divide_by_zero, 1

; r11: a value; the long goes to the first word of the context's argument buffer, r11d is 0 where there is none.
%macro TO_LONG 3
extern %2
FUNCTION %1
        SAVE    %3
        mov     rdi, r11
        call    %2
        mov     [r15+CONTEXT_ARGUMENTS], rax
        mov     r11, rdx
        RESTORE %3
        ret
%1.end:
%endmacro
        TO_LONG slisp_slow_to_long, slisp_to_long, 0
        TO_LONG slisp_slow_to_long_x, slisp_to_long, 1

; The same, to a double.
%macro TO_DOUBLE 2
extern %2
FUNCTION %1
        SAVE    1
        mov     rdi, r11
        call    %2
        movsd   [r15+CONTEXT_ARGUMENTS], xmm0
        mov     r11, rax
        RESTORE 1
        ret
%1.end:
%endmacro
        TO_DOUBLE slisp_slow_to_double_x, slisp_to_double
        TO_DOUBLE slisp_slow_operand_double_x, slisp_operand_double

section .note.GNU-stack noalloc noexec nowrite progbits
