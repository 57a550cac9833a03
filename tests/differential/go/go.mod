module weir/reading

go 1.21
