; entry.asm: the entries of the evaluator's functions: slisp code -> C++.
; In:   an entry's arguments; closure in r10.
; Out:  they stand in a block on the stack, and slisp_evaluator_enter(closure, block, count) does the rest.
; Keeps: r15 and the callee-saved registers (C++ does); the stack 16-aligned at the call.

%include "runtime/control/arguments.inc"
%define DESCRIPTOR 8                    ; k_offset_descriptor
%define VARIADIC_FIXED 72               ; FnDescriptor::variadic_fixed
%define MOST 21                         ; 20 fixed arguments and a rest

extern slisp_evaluator_enter
extern slisp_evaluator_enter_variadic

section .text.slisp_evaluator_entries progbits alloc exec nowrite align=16
%assign n 0
%rep 7
global slisp_evaluator_entry_%+n
slisp_evaluator_entry_%+n:
        mov     eax, n
        jmp     near slisp_evaluator_entry_many
%assign n n+1
%endrep
global slisp_evaluator_entry_many
slisp_evaluator_entry_many:
        WITH_BLOCK slisp_evaluator_enter, MOST

global slisp_evaluator_entry_variadic
slisp_evaluator_entry_variadic:
        mov     rax, [r10+DESCRIPTOR]
        mov     eax, [rax+VARIADIC_FIXED]
        inc     eax
        WITH_BLOCK slisp_evaluator_enter_variadic, MOST

section .note.GNU-stack noalloc noexec nowrite progbits
