"""The fault laboratory: hosts are really broken, examined, cured by what is printed, and tried again."""
