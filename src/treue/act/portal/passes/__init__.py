"""The member card in the wallet of a phone: a file for Apple's, a link for Google's."""
