package rt

import "os"

// Embed stands for a //go:embed directive: the contents of a file.
func Embed[T ~string | ~[]byte](file string) T {
	data, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	return T(data)
}
