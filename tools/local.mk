# Writes the pages that are made from the program's tables. They are committed and shipped, so that a normal build runs
# nothing that it built; tests/lint/generated.test compares.
noinst_PROGRAMS += tools/gendoc
tools_gendoc_SOURCES = tools/gendoc.c
tools_gendoc_LDADD = $(LINK_APP)
EXTRA_DIST += tools/regen

.PHONY: regen
regen: tools/gendoc$(EXEEXT)
	@$(top_srcdir)/tools/regen ./tools/gendoc$(EXEEXT) '$(top_srcdir)' '$(top_srcdir)'
