; generated_code_stubs.asm: what generated code calls out of line: slow paths of its inline forms, unknown calls at -O0, and the
; entries of variadic functions that pack their rest argument.
; Keeps: every register but r11, so that a slow path is no call for the register allocator.
; Each slow path exists twice: NAME keeps the general registers, NAME_x also xmm0-15, for functions that use them.
; Called with the stack 16-aligned, r15 the thread context.

%define DESCRIPTOR 8                    ; k_offset_descriptor
%define ENTRY_MANY 56                   ; k_offset_entry_many
%define VARIADIC 64                     ; k_offset_variadic
%define VARIADIC_FIXED 72
%include "runtime/control/generated_code.inc"

extern _ZN5slisp2rt11retain_slowEPNS_3abi6HeaderE       ; slisp::rt::retain_slow(Header*)
extern _ZN5slisp2rt12release_slowEPNS_3abi6HeaderE      ; slisp::rt::release_slow(Header*)

; r11: any value; it gets one more owner.
%macro DUP 2
FUNCTION %1
        test    r11b, 3
        jnz     short %%done
        push    rax
        mov     eax, [r11]
        test    eax, eax
        jz      short %%back
        js      short %%slow
        cmp     eax, 0x7fffffff
        je      short %%back
        inc     dword [r11]
%%back: pop     rax
%%done: ret
%%slow: pop     rax
        SAVE    %2
        mov     rdi, r11
        call    _ZN5slisp2rt11retain_slowEPNS_3abi6HeaderE
        RESTORE %2
        ret
%1.end:
%endmacro
        DUP     slisp_dup_slow, 0
        DUP     slisp_dup_slow_x, 1

; r11: any value; it loses one owner.
%macro DROP 3
extern %3
FUNCTION %1
        test    r11b, 3
        jnz     short %%done
        push    rax
        mov     eax, [r11]
        test    eax, eax
        jz      short %%back
        cmp     eax, 0x7fffffff
        je      short %%back
        cmp     eax, 1
        jle     short %%slow
        dec     dword [r11]
%%back: pop     rax
%%done: ret
%%slow: pop     rax
        je      near %3                 ; the last one
        SAVE    %2
        mov     rdi, r11
        call    _ZN5slisp2rt12release_slowEPNS_3abi6HeaderE
        RESTORE %2
        ret
%1.end:
%endmacro
        DROP    slisp_drop_slow, 0, slisp_end_object
        DROP    slisp_drop_slow_x, 1, slisp_end_object_x

; r11: argument; r11: result.
%macro ONE 3
extern %2
FUNCTION %1
        SAVE    %3
        mov     rdi, r11
        call    %2
        mov     r11, rax
        RESTORE %3
        ret
%1.end:
%endmacro
        ONE     slisp_var_root_slow, slisp_var_root, 0
        ONE     slisp_var_root_slow_x, slisp_var_root, 1
        ONE     slisp_box_long_slow, slisp_box_long, 0
        ONE     slisp_box_long_slow_x, slisp_box_long, 1

; The stack ends: an exception becomes pending.
extern slisp_stack_overflow
%macro OVERFLOW 2
FUNCTION %1
        SAVE    %2
        call    slisp_stack_overflow
        RESTORE %2
        ret
%1.end:
%endmacro
        OVERFLOW slisp_stack_overflow_slow, 0
        OVERFLOW slisp_stack_overflow_slow_x, 1

; An unknown call: callee in r10, number of arguments in eax, arguments as for an entry.
extern slisp_call_value
FUNCTION slisp_invoke_slow
        test    r10b, 3
        jnz     near slisp_call_value
        cmp     byte [r10+KIND], KIND_FN
        jne     near slisp_call_value
        mov     r11, [r10+DESCRIPTOR]
        cmp     eax, 6
        ja      short .many
        jmp     [r11+rax*8]
.many:  jmp     [r11+ENTRY_MANY]
slisp_invoke_slow.end:

; Entries of a variadic function for a number of arguments without a fixed arity: the descriptor of the closure in r10 says how many
; arguments are fixed; the others become a rest list, and the variadic entry takes over.
extern slisp_rest_list
extern slisp_arity_missing_many
%macro ENTRIES 1-*
%rep %0
FUNCTION slisp_variadic_%1
        mov     eax, %1
        jmp     near slisp_variadic_many
slisp_variadic_%1.end:
%rotate 1
%endrep
%endmacro
        ENTRIES 0, 1, 2, 3, 4, 5, 6

FUNCTION slisp_variadic_many            ; eax: number of arguments
        push    rbx
        push    r12
        push    r13
        sub     rsp, 22*8               ; up to 20 arguments and the rest list
        mov     ebx, eax
        mov     r12, r10
        mov     r13, [r10+DESCRIPTOR]
        movsxd  r13, dword [r13+VARIADIC_FIXED]
        cmp     ebx, r13d
        jl      near .missing
        STORE_ARGUMENTS ebx
        mov     eax, NIL
        mov     esi, ebx
        sub     esi, r13d
        jz      short .packed
        lea     rdi, [rsp+r13*8]
        call    slisp_rest_list
.packed:
        mov     [rsp+r13*8], rax
        mov     ecx, 6
.back:  cmp     ecx, r13d
        ja      short .enter
        mov     rax, [rsp+rcx*8]
        mov     [r15+CONTEXT_ARGUMENTS+rcx*8-48], rax
        inc     ecx
        jmp     short .back
.enter: mov     rdi, [rsp]
        mov     rsi, [rsp+8]
        mov     rdx, [rsp+16]
        mov     rcx, [rsp+24]
        mov     r8, [rsp+32]
        mov     r9, [rsp+40]
        mov     r10, r12
        mov     r11, [r12+DESCRIPTOR]
        mov     r11, [r11+VARIADIC]
        add     rsp, 22*8
        pop     r13
        pop     r12
        pop     rbx
        jmp     r11
.missing:                               ; the argument registers are untouched so far
        mov     eax, ebx
        add     rsp, 22*8
        pop     r13
        pop     r12
        pop     rbx
        jmp     near slisp_arity_missing_many
slisp_variadic_many.end:

; Entered instead of a function whose frame is so large that it may reach beyond the reserve below the stack limit: number of
; arguments in eax, arguments as for an entry. They are consumed, StackOverflowError is pending, the result is 0.
extern slisp_stack_overflow
FUNCTION slisp_no_frame
        push    rbx
        push    r12
        sub     rsp, 22*8+8
        mov     r12d, eax
        STORE_ARGUMENTS r12d
        xor     ebx, ebx
.drop:  cmp     ebx, r12d
        jae     short .dropped
        mov     r11, [rsp+rbx*8]
        call    slisp_drop_slow
        inc     ebx
        jmp     short .drop
.dropped:
        call    slisp_stack_overflow
        xor     eax, eax
        add     rsp, 22*8+8
        pop     r12
        pop     rbx
        ret
slisp_no_frame.end:

section .note.GNU-stack noalloc noexec nowrite progbits
