"""Everything that an installation holds, in files that anybody can read without it."""
