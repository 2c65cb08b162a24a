; generated_code_lookup.asm: looking up a keyword that the program names, when the inline form did not find it where it was last time.
; In:   the first three words of the context's argument buffer: collection, keyword, what to answer when it is missing (static), all
;       borrowed; r11: the LookupSite (runtime/abi/lookup_site.h).
; Out:  r11: the value, owned; 0: an exception is pending.
; Keeps: every other register. Array maps and records of the class seen last are answered here, all else by slisp_lookup_keyword.

%include "runtime/control/generated_code.inc"

%define FIRST_SLOT 8                    ; of array maps and records

extern slisp_lookup_keyword
extern slisp_lookup_keyword_take
extern slisp_dup_slow
extern slisp_dup_slow_x

%macro LOOKUP 3                         ; name, what counts one more owner of r11, 1 for xmm registers too
FUNCTION %1
        push    rax
        push    rcx
        push    rdx
        mov     rax, [r15+CONTEXT_ARGUMENTS]
        test    al, 3
        jnz     short %%no_object
        cmp     byte [rax+KIND], KIND_ARRAY_MAP
        jne     short %%no_map
        movzx   ecx, word [rax+NUMBER_OF_SLOTS]
        shr     ecx, 1                  ; metadata is the odd one
        jz      short %%missing
        mov     rdx, [r15+CONTEXT_ARGUMENTS+8]
        add     rax, FIRST_SLOT
%%next: cmp     [rax], rdx
        je      short %%found
        add     rax, 16
        dec     ecx
        jnz     short %%next
%%missing:
        mov     r11, [r15+CONTEXT_ARGUMENTS+16]
        jmp     short %%out
%%found:
        mov     rcx, [r15+CONTEXT_ARGUMENTS]
        mov     edx, [rcx+KIND]         ; kind, flags, slots
        neg     rcx
        add     rcx, rax
        shl     rcx, 32
        or      rcx, rdx
        mov     [r11], rcx
        mov     r11, [rax+8]
%%owned:
        call    %2
%%out:  pop     rdx
        pop     rcx
        pop     rax
        ret
%%no_object:
        cmp     eax, NIL
        je      short %%missing
        jmp     short %%general
%%no_map:
        cmp     byte [rax+KIND], KIND_RECORD
        jne     short %%general
        mov     rcx, [r11+8]
        mov     edx, ecx
        cmp     rdx, [rax+FIRST_SLOT]   ; its class
        jne     short %%general
        shr     rcx, 32
        mov     r11, [rax+rcx]
        jmp     short %%owned
%%general:
        pop     rdx
        pop     rcx
        pop     rax
        SAVE    %3
        mov     rdi, [r15+CONTEXT_ARGUMENTS]
        mov     rsi, [r15+CONTEXT_ARGUMENTS+8]
        mov     rdx, [r15+CONTEXT_ARGUMENTS+16]
        mov     rcx, r11
        call    slisp_lookup_keyword
        mov     r11, rax
        RESTORE %3
        ret
%1.end:
%endmacro
        LOOKUP  slisp_lookup_slow, slisp_dup_slow, 0
        LOOKUP  slisp_lookup_slow_x, slisp_dup_slow_x, 1

; The same for a value that moves out of what nobody else has: all of it is answered by slisp_lookup_keyword_take.
%macro TAKE 2                           ; name, 1 for xmm registers too
FUNCTION %1
        SAVE    %2
        mov     rdi, [r15+CONTEXT_ARGUMENTS]
        mov     rsi, [r15+CONTEXT_ARGUMENTS+8]
        mov     rdx, [r15+CONTEXT_ARGUMENTS+16]
        mov     rcx, r11
        call    slisp_lookup_keyword_take
        mov     r11, rax
        RESTORE %2
        ret
%1.end:
%endmacro
        TAKE    slisp_lookup_take, 0
        TAKE    slisp_lookup_take_x, 1

section .note.GNU-stack noalloc noexec nowrite progbits
