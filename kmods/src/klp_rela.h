/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Symbols that livepatch itself looks up for a livepatch.
 *
 * A replacement often uses what the original function can use and no other
 * module can: static functions and variables, and all that is not exported.
 * KLP_SYM() declares such a symbol of vmlinux or of a module:
 *
 *   extern int count KLP_SYM(ext4, ext4_count, 0);
 *   extern int ext4_sync(struct inode *inode) KLP_SYM(ext4, ext4_sync, 2);
 *
 * The number is the symbol's position among those of that name, in the order of
 * kallsyms; 0 means that the name is unique. klptest writes the references as
 * Documentation/livepatch/module-elf-format.rst says: relocations in a section
 * .klp.rela.ext4.text, to symbols .klp.sym.ext4.ext4_sync,2. The kernel applies
 * those of a module once the module is loaded, and those of vmlinux when the
 * livepatch is loaded.
 *
 * KLP_RELA() is for what no kernel should accept: it takes the object of the
 * section and the symbol as they are to be written; $ stands for a comma.
 *
 *   extern int other KLP_RELA("ext4", ".klp.sym.vmlinux.jiffies$0");
 *
 * The linker and modpost accept a weak symbol that is undefined, and compilers
 * assume that a hidden one is near.
 */
#ifndef KLP_RELA_H
#define KLP_RELA_H

#include <linux/compiler.h>

#define KLP_SYM(object, name, pos) KLP_RELA(#object, ".klp.sym." #object "." #name "$" #pos)

#define KLP_RELA(object, symbol) \
	__asm__(".klp.rela." object "$" symbol) __weak __attribute__((__visibility__("hidden")))

#endif /* KLP_RELA_H */
