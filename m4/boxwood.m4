# SPDX-License-Identifier: GPL-3.0-or-later
# What the house asks of the compiler. Each flag is probed alone, for gcc and clang differ.

AC_DEFUN([BW_TRY_CFLAG], [
  AS_VAR_PUSHDEF([var], [bw_cv_cflag_$1])
  AC_CACHE_CHECK([whether $CC takes $1], [var], [
    bw_save=$CFLAGS; CFLAGS="$CFLAGS -Werror $1"
    AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([var], [yes])], [AS_VAR_SET([var], [no])])
    CFLAGS=$bw_save])
  AS_VAR_IF([var], [yes], [$2="$$2 $1"])
  AS_VAR_POPDEF([var])])

AC_DEFUN([BW_TRY_LDFLAG], [
  AS_VAR_PUSHDEF([var], [bw_cv_ldflag_$1])
  AC_CACHE_CHECK([whether the linker takes $1], [var], [
    bw_save=$LDFLAGS; LDFLAGS="$LDFLAGS -Werror $1"
    AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([var], [yes])], [AS_VAR_SET([var], [no])])
    LDFLAGS=$bw_save])
  AS_VAR_IF([var], [yes], [$2="$$2 $1"])
  AS_VAR_POPDEF([var])])

AC_DEFUN([BW_CHECK_C17], [
  AC_CACHE_CHECK([for C17], [bw_cv_c17], [
    bw_save=$CFLAGS; CFLAGS="$CFLAGS -std=c17"
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([[_Static_assert(__STDC_VERSION__ >= 201710L, "C17");]])],
      [bw_cv_c17=yes], [bw_cv_c17=no])
    CFLAGS=$bw_save])
  AS_IF([test $bw_cv_c17 = no], [AC_MSG_ERROR([a C17 compiler is needed])])])

AC_DEFUN([BW_64BIT_TIME], [
  AC_CHECK_SIZEOF([time_t])
  AS_IF([test "$ac_cv_sizeof_time_t" = 4],
    [CPPFLAGS="$CPPFLAGS -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64"])])

AC_DEFUN([BW_CHECK_FLAGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [warnings are errors (for developers)])])
  WARN_CFLAGS="-std=c17"
  for bw_flag in -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla \
      -Wimplicit-fallthrough -Wundef -Wpointer-arith -Wwrite-strings; do
    BW_TRY_CFLAG([$bw_flag], [WARN_CFLAGS])
  done
  AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
  HARDEN_CFLAGS=; HARDEN_LDFLAGS=
  AS_IF([test "x$enable_asan$enable_tsan$enable_fuzz" = x], [
    for bw_flag in -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
        -ftrivial-auto-var-init=zero -fno-delete-null-pointer-checks -fno-strict-overflow \
        -fno-strict-aliasing -fPIE; do
      BW_TRY_CFLAG([$bw_flag], [HARDEN_CFLAGS])
    done
    for bw_flag in -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed; do
      BW_TRY_LDFLAG([$bw_flag], [HARDEN_LDFLAGS])
    done
    AS_CASE([" $CFLAGS $CPPFLAGS "], [*_FORTIFY_SOURCE*], [],
      [*" -O"@<:@123s@:>@*], [HARDEN_CFLAGS="$HARDEN_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])])
  AC_SUBST([WARN_CFLAGS])
  AC_SUBST([HARDEN_CFLAGS])
  AC_SUBST([HARDEN_LDFLAGS])])

AC_DEFUN([BW_CHECK_SANITIZERS], [
  AC_ARG_ENABLE([asan], [AS_HELP_STRING([--enable-asan], [AddressSanitizer and UBSan])])
  AC_ARG_ENABLE([tsan], [AS_HELP_STRING([--enable-tsan], [ThreadSanitizer])])
  AC_ARG_ENABLE([fuzz], [AS_HELP_STRING([--enable-fuzz], [libFuzzer targets (clang), with both of --enable-asan])])
  SAN_CFLAGS=
  AS_IF([test "x$enable_asan" = xyes],
    [SAN_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"])
  AS_IF([test "x$enable_tsan" = xyes], [SAN_CFLAGS="-fsanitize=thread -fno-omit-frame-pointer"])
  AS_IF([test "x$enable_fuzz" = xyes],
    [SAN_CFLAGS="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"])
  AM_CONDITIONAL([FUZZ], [test "x$enable_fuzz" = xyes])
  AM_CONDITIONAL([SANITIZED], [test "x$SAN_CFLAGS" != x])
  AS_IF([test "x$SAN_CFLAGS" != x], [AC_DEFINE([BOXWOOD_SANITIZED], [1], [Define when built with a sanitizer.])])
  dnl A helper has one thread, and what watches threads starts another.
  HELPER_SAN_CFLAGS=$SAN_CFLAGS
  AS_IF([test "x$enable_tsan" = xyes], [HELPER_SAN_CFLAGS=])
  AC_SUBST([HELPER_SAN_CFLAGS])
  AC_SUBST([SAN_CFLAGS])])
