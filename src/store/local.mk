noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
src_store_libstore_a_SOURCES = \
	src/store/accounts.c \
	src/store/check.c \
	src/store/damage.c \
	src/store/db.c \
	src/store/drafts.c \
	src/store/evict.c \
	src/store/filter.c \
	src/store/folders.c \
	src/store/identities.c \
	src/store/internal.h \
	src/store/ledger.c \
	src/store/messages.c \
	src/store/open.c \
	src/store/outbox.c \
	src/store/parts.c \
	src/store/people.c \
	src/store/places.c \
	src/store/query.c \
	src/store/rekey.c \
	src/store/request_rows.c \
	src/store/requests.c \
	src/store/row.c \
	src/store/schema.c \
	src/store/select.c \
	src/store/store.h \
	src/store/thread_window.c \
	src/store/threads.c
