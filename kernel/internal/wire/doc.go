// Package wire carries Jupyter messages: the connection file, the five sockets,
// signatures, and the envelope of a message. Start with [ReadConnection] and
// [Listen]; a [Channel] receives and sends [Message] values.
//
// What comes in is checked here. A message whose signature is wrong, that was
// seen before, or whose header is no header is dropped with a log line; whatever
// is inside the content of a signed message is for package jupyter to judge.
//
// Where the connection file has CURVE keys, the sockets are encrypted
// (jupyter_client's transport_encryption, for which a kernelspec says
// "supported_encryption": "curve" in its metadata); the ipc transport keeps
// other users out without.
//
// It does not know what any message means.
//
// Specification: https://jupyter-client.readthedocs.io/en/stable/messaging.html
package wire
