noinst_LIBRARIES += src/config/libconfig.a
src_config_libconfig_a_SOURCES = \
	src/config/cfg.h \
	src/config/internal.h \
	src/config/account.c \
	src/config/alias.c \
	src/config/autoconfig.c \
	src/config/block.c \
	src/config/cfg.c \
	src/config/diag.c \
	src/config/edit.c \
	src/config/identity.c \
	src/config/import.c \
	src/config/import_alpine.c \
	src/config/import_ini.c \
	src/config/import_mutt.c \
	src/config/lexer.c \
	src/config/nearest.c \
	src/config/options.c \
	src/config/parser.c \
	src/config/provider.c \
	src/config/rewrite.c \
	src/config/server.c \
	src/config/setting.c \
	src/config/value.c
