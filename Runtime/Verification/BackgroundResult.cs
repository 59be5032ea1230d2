using System.Runtime.ExceptionServices;

namespace TopHalf.Verification;

/// <summary>
/// Finds something out once, on a thread of its own, which costs a cold process less than the first task does, and needs no thread of the pool:
/// that may have none to spare.
/// </summary>
internal sealed class BackgroundResult<T>(string name, Func<T> find)
    where T : class
{
    private readonly object _gate = new();
    private Thread? _thread;
    private T? _result;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Begins, unless that was done before.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_thread is null)
            {
                _thread = new Thread(Run) { Name = name, IsBackground = true };
                _thread.Start();
            }
        }
    }

    /// <summary>Waits for the result. If finding it failed, so does this.</summary>
    public T Get()
    {
        Start();
        _thread!.Join();
        _failure?.Throw();
        return _result!;
    }

    private void Run()
    {
        try
        {
            _result = find();
        }
        catch (Exception exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
    }
}
