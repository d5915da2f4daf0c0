//go:build !unix

package native

func diskSize(string) int64 { return 0 }
