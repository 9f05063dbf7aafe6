if __name__ == "__main__":  # the import too: a worker imports this file again and needs no command
    from assistant.cli.app import main

    main()
