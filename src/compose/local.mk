noinst_LIBRARIES += src/compose/libcompose.a
src_compose_libcompose_a_SOURCES = \
	src/compose/again.c \
	src/compose/answer.c \
	src/compose/bounce.c \
	src/compose/build.c \
	src/compose/check.c \
	src/compose/compose.h \
	src/compose/detach.c \
	src/compose/draft.c \
	src/compose/encode.c \
	src/compose/field.c \
	src/compose/flow.c \
	src/compose/form.c \
	src/compose/guard.c \
	src/compose/internal.h \
	src/compose/lookalike.c \
	src/compose/quote.c \
	src/compose/ready.c \
	src/compose/reply.c
