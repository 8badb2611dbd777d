/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SASL client mechanisms (RFC 4422) as pure functions: no socket, no state but the exchange's own. */
#ifndef BOXWOOD_NET_SASL_H
#define BOXWOOD_NET_SASL_H

#include "base/buf.h"
#include "base/secret.h"

/* The message of PLAIN (RFC 4616), base64, into out. -1: login or secret holds a NUL, or out's cap. */
int sasl_plain(const char *login, const struct secret *password, struct buf *out);

/* A slow salted hash (PBKDF2, SHA-256) in hex, by which a refused password is recognised without being kept. g_free. */
char *sasl_fingerprint(const struct secret *password, struct str salt);

#endif
