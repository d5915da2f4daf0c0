//go:build unix

package native

import "golang.org/x/sys/unix"

// diskSize returns the size of the disk that holds dir, 0 if it is not known.
func diskSize(dir string) int64 {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0
	}
	return int64(st.Blocks) * int64(st.Bsize)
}
