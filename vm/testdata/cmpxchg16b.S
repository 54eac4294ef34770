/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes EFLAGS as they are behind a cmpxchg16b, eight bytes, to standard
 * output. A QEMU with the fault shows the bits of %rdi in them: popf makes it
 * compute the flags from what it calls cc_src (CC_OP_EFLAGS), add stores its
 * operand there, and the cmpxchg16b in the same block of code does not know
 * that the flags are to be computed in another way by now.
 */
	.globl	_start
_start:
	xor	%eax, %eax
	xor	%edx, %edx
	xor	%ebx, %ebx
	xor	%ecx, %ecx
	xor	%r9d, %r9d
	lea	pair(%rip), %rsi
	mov	$0x404010, %edi
	lea	word(%rip), %r8
	sub	%rdi, %r8
	pushq	$0x202
	popfq
	jmp	1f			/* a new block */
1:	add	%rdi, %r8
	xor	(%r8), %r9
	xor	%r8, %r9
	cmpxchg16b (%rsi)		/* equal: ZF */
	pushfq
	mov	$1, %eax		/* write(1, the flags, 8) */
	mov	%eax, %edi
	mov	%rsp, %rsi
	mov	$8, %edx
	syscall
	mov	$60, %eax		/* exit(0) */
	xor	%edi, %edi
	syscall

	.data
	.balign	16
pair:	.quad	0, 0
word:	.quad	0
	.section .note.GNU-stack, "", @progbits
