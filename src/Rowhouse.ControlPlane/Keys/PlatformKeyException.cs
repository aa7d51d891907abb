namespace Rowhouse.ControlPlane.Keys;

/// <summary>The platform's key cannot be used, so that no server starts with it; the message says why and how to mend it, and nothing of the key.</summary>
/// <param name="message">Why, and how to mend it.</param>
/// <param name="innerException">What the system said of the file.</param>
public sealed class PlatformKeyException(string message, Exception? innerException = null) : Exception(message, innerException);
