; entry.asm: the entries of the evaluator's functions: slisp code -> C++.
; In:   an entry's arguments: 1-6 in rdi rsi rdx rcx r8 r9, further ones in ThreadContext::arguments; closure in r10; context in r15.
; Out:  they stand in a block on the stack, and slisp_evaluator_enter(closure, block, count) does the rest.
; Keeps: r15 and the callee-saved registers (C++ does); the stack 16-aligned at the call.

%define CONTEXT_ARGUMENTS 16            ; k_offset_arguments of layout.h
%define DESCRIPTOR 8                    ; k_offset_descriptor
%define VARIADIC_FIXED 72               ; FnDescriptor::variadic_fixed
%define MOST 21                         ; 20 fixed arguments and a rest

extern slisp_evaluator_enter
extern slisp_evaluator_enter_variadic

%macro WITH_BLOCK 1                     ; count in eax
        sub     rsp, MOST*8+16
        mov     [rsp], rdi
        mov     [rsp+8], rsi
        mov     [rsp+16], rdx
        mov     [rsp+24], rcx
        mov     [rsp+32], r8
        mov     [rsp+40], r9
        mov     edx, eax
        mov     ecx, 6
%%next: cmp     ecx, edx
        jae     short %%done
        mov     rax, [r15+CONTEXT_ARGUMENTS+rcx*8-48]
        mov     [rsp+rcx*8], rax
        inc     ecx
        jmp     short %%next
%%done: mov     rdi, r10
        mov     rsi, rsp
        call    %1
        add     rsp, MOST*8+16
        ret
%endmacro

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
        WITH_BLOCK slisp_evaluator_enter

global slisp_evaluator_entry_variadic
slisp_evaluator_entry_variadic:
        mov     rax, [r10+DESCRIPTOR]
        mov     eax, [rax+VARIADIC_FIXED]
        inc     eax
        WITH_BLOCK slisp_evaluator_enter_variadic

section .note.GNU-stack noalloc noexec nowrite progbits
