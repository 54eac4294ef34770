/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that an optimiser must not change.
 *
 * A function that is patched, traced or looked for on a stack must be a symbol
 * of its own; each caller must enter it at its start; and each function that
 * it calls must return into it. An optimiser knows nothing about that. It may
 * inline or clone a function, merge it with another one of the same code, use
 * its result without calling it, or turn its last call into a jump, so that
 * its frame is gone.
 *
 * GCC's noipa forbids all of this except the jump, and Clang has no such
 * attribute. So the code itself leaves no choice:
 *
 *   klp_opaque        goes before the type of such a function;
 *   klp_opaque_end()  is its last statement before a return: it follows the
 *                     last call, which therefore cannot be a jump, and its
 *                     number makes the code differ from every other function's;
 *   klp_call()        calls it through a pointer about which the compiler knows
 *                     nothing, so that it must expect any function there.
 *
 * kmods/needs.go lists these functions. Each built module is checked for what
 * the compiler has made of them.
 */
#ifndef KLP_OPAQUE_H
#define KLP_OPAQUE_H

#include <linux/compiler.h>

#if __has_attribute(__noipa__)
#define klp_opaque noinline __used __attribute__((__noipa__))
#else
#define klp_opaque noinline __used
#endif

#define klp_opaque_end() asm volatile("" : : "i" (__COUNTER__) : "memory")

#define klp_call(func, ...)				\
({							\
	typeof(func) *klp_func = (func);		\
							\
	OPTIMIZER_HIDE_VAR(klp_func);			\
	klp_func(__VA_ARGS__);				\
})

#endif /* KLP_OPAQUE_H */
